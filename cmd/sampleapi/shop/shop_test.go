package shop_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plog.dev/plog/cmd/sampleapi/shop"
)

// client talks to a shop of its own, with the demo token.
type client struct {
	*testing.T
	mux    *http.ServeMux
	header http.Header
}

func newClient(t *testing.T) *client {
	t.Helper()
	c := &client{t, http.NewServeMux(), http.Header{}}
	for _, route := range shop.New().Routes() {
		c.mux.Handle(route.Name(), route.Handler)
	}
	c.header.Set("Authorization", "Bearer "+shop.DemoToken)
	c.header.Set("Content-Type", "application/json")
	return c
}

// do sends the body and fails the test unless the status is the wanted one.
func (c *client) do(method, path, body string, want int) *httptest.ResponseRecorder {
	c.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header = c.header.Clone()
	recorder := httptest.NewRecorder()
	c.mux.ServeHTTP(recorder, request)
	if recorder.Code != want {
		c.Fatalf("%s %s: status %d, want %d: %s", method, path, recorder.Code, want, recorder.Body)
	}
	return recorder
}

// read sends the body and decodes the answer.
func read[T any](c *client, method, path, body string, want int) (v T) {
	c.Helper()
	if err := json.Unmarshal(c.do(method, path, body, want).Body.Bytes(), &v); err != nil {
		c.Fatal(err)
	}
	return v
}

type product struct {
	ID    int64   `json:"id"`
	Name  string  `json:"name"`
	Text  *string `json:"description"`
	Price int64   `json:"price_krw"`
}

type products struct {
	Items []product `json:"items"`
	Total int       `json:"total"`
}

const bamboo = `{"name": "Bamboo <keyboard> 😀", "name_ko": "대나무 \"키보드\"", "category": "electronics", "price_krw": 89000}`

func TestACreatedProductLivesUntilItIsDeleted(t *testing.T) {
	c := newClient(t)
	created := c.do("POST", "/products", bamboo, http.StatusCreated)
	path := created.Header().Get("Location")
	if got := read[product](c, "GET", path, "", http.StatusOK); got.Name != "Bamboo <keyboard> 😀" || got.Price != 89000 {
		t.Errorf("it reads %+v", got)
	}
	if found := read[products](c, "GET", "/search?q=bamboo", "", http.StatusOK); found.Total != 1 {
		t.Errorf("the search finds %d", found.Total)
	}
	if got := read[product](c, "PATCH", path, `{"price_krw": 1}`, http.StatusOK); got.Price != 1 || got.Name != "Bamboo <keyboard> 😀" {
		t.Errorf("patched it reads %+v", got)
	}
	c.do("DELETE", path, "", http.StatusNoContent)
	c.do("GET", path, "", http.StatusNotFound)
	c.do("DELETE", path, "", http.StatusNotFound)
}

func TestABuiltInProductComesBack(t *testing.T) {
	c := newClient(t)
	before := read[product](c, "GET", "/products/42", "", http.StatusOK)
	read[product](c, "PUT", "/products/42", bamboo, http.StatusOK)
	if edited := read[product](c, "GET", "/products/42", "", http.StatusOK); edited.Name == before.Name || edited.Text != nil {
		t.Errorf("the edit was not kept: %+v", edited)
	}
	for range 2 {
		c.do("DELETE", "/products/42", "", http.StatusNoContent)
	}
	if after := read[product](c, "GET", "/products/42", "", http.StatusOK); after.Name != before.Name || after.Price != before.Price {
		t.Errorf("it came back as %+v, not %+v", after, before)
	}
	c.do("GET", "/products/999999", "", http.StatusOK)
	c.do("GET", "/products/1000000", "", http.StatusNotFound)
	c.do("GET", "/products/0", "", http.StatusNotFound)
	c.do("GET", "/products/forty-two", "", http.StatusBadRequest)
}

func TestListsFilterSortAndPage(t *testing.T) {
	c := newClient(t)
	if all := read[products](c, "GET", "/products", "", http.StatusOK); all.Total != 200 || len(all.Items) != 20 {
		t.Errorf("%d of %d products", len(all.Items), all.Total)
	}
	keyboards := read[products](c, "GET", "/products?q=%ED%82%A4%EB%B3%B4%EB%93%9C&sort=-price&limit=5", "", http.StatusOK)
	if keyboards.Total != 10 || len(keyboards.Items) != 5 || keyboards.Items[0].Price < keyboards.Items[4].Price {
		t.Errorf("keyboards, dearest first: %+v", keyboards)
	}
	if beyond := read[products](c, "GET", "/products?page=100", "", http.StatusOK); beyond.Items == nil || len(beyond.Items) > 0 {
		t.Errorf("page 100 has %v", beyond.Items)
	}
	korean := read[products](c, "GET", "/categories/%EC%8B%9D%ED%92%88/products", "", http.StatusOK)
	english := read[products](c, "GET", "/categories/food/products", "", http.StatusOK)
	if korean.Total != 40 || english.Total != 40 {
		t.Errorf("food: %d in Korean, %d in English", korean.Total, english.Total)
	}
}

// However much is written, only so much is kept.
func TestWritesAreBounded(t *testing.T) {
	c := newClient(t)
	for range 1200 {
		c.do("POST", "/products", bamboo, http.StatusCreated)
	}
	if kept := read[products](c, "GET", "/search?q=bamboo", "", http.StatusOK); kept.Total != 1000 || kept.Items[0].ID != 1000200 {
		t.Errorf("%d kept, the oldest is %d", kept.Total, kept.Items[0].ID)
	}
}

type cart struct {
	ID    string `json:"id"`
	Total int64  `json:"total_krw"`
	Items []struct {
		ProductID int64 `json:"product_id"`
		Quantity  int   `json:"quantity"`
	} `json:"items"`
}

func TestTheCartFollowsItsCookie(t *testing.T) {
	c := newClient(t)
	added := c.do("POST", "/cart/items", `{"product_id": 1, "quantity": 2}`, http.StatusCreated)
	cookie := added.Result().Cookies()[0]
	c.header.Set("Cookie", cookie.Name+"="+cookie.Value)
	c.do("POST", "/cart/items", `{"product_id": 1, "quantity": 3}`, http.StatusCreated)
	c.do("PATCH", "/cart/items/2", `{"quantity": 1}`, http.StatusOK)
	got := read[cart](c, "GET", "/cart", "", http.StatusOK)
	if got.ID != cookie.Value || len(got.Items) != 2 || got.Items[0].Quantity != 5 || got.Total != 5*59000+290000 {
		t.Errorf("the cart has %+v", got)
	}
	c.do("DELETE", "/cart/items/1", "", http.StatusNoContent)
	c.do("DELETE", "/cart/items/1", "", http.StatusNoContent)
	if got := read[cart](c, "GET", "/cart", "", http.StatusOK); len(got.Items) != 1 {
		t.Errorf("after one was removed the cart has %+v", got)
	}
	c.do("DELETE", "/cart", "", http.StatusNoContent)
	if got := read[cart](c, "GET", "/cart", "", http.StatusOK); len(got.Items) != 0 || got.Items == nil {
		t.Errorf("emptied, the cart has %+v", got)
	}
}

type order struct {
	ID        string  `json:"id"`
	Status    string  `json:"status"`
	Total     int64   `json:"total_krw"`
	Cancelled *string `json:"cancelled_at"`
}

const someOrder = `{"items": [{"product_id": 1, "quantity": 2}], "payment_method": "card",
	"address": {"recipient": "김민지", "line1": "세종대로 110", "city": "서울", "postal_code": "04524", "country": "KR"}}`

func TestOrders(t *testing.T) {
	c := newClient(t)
	c.header.Set("Idempotency-Key", "one")
	first := read[order](c, "POST", "/orders", someOrder, http.StatusCreated)
	again := read[order](c, "POST", "/orders", someOrder, http.StatusCreated)
	c.header.Set("Idempotency-Key", "two")
	other := read[order](c, "POST", "/orders", someOrder, http.StatusCreated)
	if first.ID != again.ID || first.ID == other.ID || first.Total != 118000 {
		t.Errorf("orders %+v, %+v, %+v", first, again, other)
	}
	once := read[order](c, "POST", "/orders/"+first.ID+"/cancel", "", http.StatusOK)
	twice := read[order](c, "POST", "/orders/"+first.ID+"/cancel", "", http.StatusOK)
	if once.Status != "cancelled" || once.Cancelled == nil || *twice.Cancelled != *once.Cancelled {
		t.Errorf("cancelled once %+v, twice %+v", once, twice)
	}
	list := read[struct {
		Items []order `json:"items"`
		Total int     `json:"total"`
	}](c, "GET", "/orders?status=placed&limit=1", "", http.StatusOK)
	if list.Items[0].ID != other.ID {
		t.Errorf("the newest placed order is %+v", list.Items[0])
	}
	c.do("GET", "/orders/not-a-uuid", "", http.StatusBadRequest)

	// Somebody else does not see it.
	token := read[struct {
		Token string `json:"access_token"`
	}](c, "POST", "/login", `{"email": "other@example.com", "password": "demo-password"}`, http.StatusOK)
	c.header.Set("Authorization", "Bearer "+token.Token)
	c.do("GET", "/orders/"+first.ID, "", http.StatusNotFound)
}

func TestTokens(t *testing.T) {
	c := newClient(t)
	token := read[struct {
		Token string `json:"access_token"`
	}](c, "POST", "/login", `{"email": "jisoo@example.com", "password": "demo-password"}`, http.StatusOK).Token
	c.do("POST", "/login", `{"email": "jisoo@example.com", "password": "guess"}`, http.StatusUnauthorized)
	for name, authorization := range map[string]string{
		"none": "", "another scheme": "Basic " + token, "wrong": "Bearer nobody", "changed": "Bearer x" + token,
	} {
		c.header.Set("Authorization", authorization)
		if got := c.do("GET", "/account", "", http.StatusUnauthorized); got.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
	c.header.Set("Authorization", "Bearer "+token)
	if got := c.do("PATCH", "/account", `{"name": "박지수", "preferences": {"marketing": true}}`, http.StatusOK).Body.String(); !strings.Contains(got, `"jisoo@example.com","name":"박지수"`) || !strings.Contains(got, `{"language":"ko","marketing":true}`) {
		t.Errorf("the account is %s", got)
	}
	c.header.Del("Authorization")
	c.header.Set("X-Api-Key", token)
	records, err := csv.NewReader(c.do("GET", "/reports/orders.csv?limit=300", "", http.StatusOK).Body).ReadAll()
	if err != nil || len(records) != 301 || records[1][2] != "김민지" {
		t.Errorf("%d records, %v", len(records), err)
	}
}

func TestWhatIsNotAllowedIsNamed(t *testing.T) {
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/products?page=0", "", 422, `"page"`},
		{"GET", "/products?limit=101", "", 422, `"limit"`},
		{"GET", "/products?sort=colour", "", 422, `"sort"`},
		{"GET", "/search", "", 422, `"q"`},
		{"GET", "/categories/toys/products", "", 404, "toys"},
		{"POST", "/products", `{}`, 422, `"category"`},
		{"POST", "/products", `{"colour": "red"}`, 400, "colour"},
		{"POST", "/products", bamboo + bamboo, 400, "more than one"},
		{"POST", "/products", `{"name": "` + strings.Repeat("x", 1<<20) + `"}`, 413, "larger"},
		{"PATCH", "/products/1", `{"stock": -1}`, 422, `"stock"`},
		{"GET", "/cart", "", 422, `"cart_id"`},
		{"POST", "/cart/items", `{"product_id": 1, "quantity": 100}`, 422, `"quantity"`},
		{"POST", "/cart/items", `{"product_id": 1000000, "quantity": 1}`, 404, "1000000"},
		{"GET", "/shipping-quote", "", 422, "X-Country-Code"},
		{"POST", "/orders", `{"items": []}`, 422, `"address.city"`},
		{"POST", "/login", `{"email": "nobody", "password": "x"}`, 422, `"email"`},
		{"PATCH", "/account", `{"birth_date": "yesterday"}`, 422, `"birth_date"`},
		{"POST", "/newsletter", `{"email": "a@example.com"}`, 415, "x-www-form-urlencoded"},
		{"POST", "/products/1/picture", `{}`, 415, "multipart"},
		{"GET", "/reports/sales?from=2026-01-01&to=2027-06-01", "", 422, `"to"`},
		{"GET", "/reports/top-products?days=91", "", 422, `"days"`},
	} {
		t.Run(fmt.Sprintf("%s %s", c.method, c.path), func(t *testing.T) {
			got := newClient(t).do(c.method, c.path, c.body, c.status)
			if !strings.Contains(got.Body.String(), c.says) || got.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s does not name %s", got.Body, c.says)
			}
		})
	}
}
