package shop

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

const (
	cartCookie   = "cart_id"
	keptCarts    = 2000
	maxCartItems = 50
	maxQuantity  = 99
)

var (
	cartIDs = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	// shippingRates are what the first kilogram and each one after it cost, in KRW.
	shippingRates = map[string]struct{ first, next, days int }{
		"KR": {3000, 500, 1}, "JP": {12000, 4000, 3}, "US": {24000, 9000, 6}, "DE": {26000, 9500, 7},
	}
)

// line is a product and how many of it.
type line struct {
	ProductID int64 `json:"product_id"`
	Quantity  int   `json:"quantity"`
}

// pricedLine is a line with today's price.
type pricedLine struct {
	line
	Name   string `json:"name"`
	NameKo string `json:"name_ko"`
	Price  int64  `json:"price_krw"`
}

type cart struct {
	ID    string       `json:"id"`
	Items []pricedLine `json:"items"`
	Total int64        `json:"total_krw"`
}

// carts maps cart ids to lines; slices in it are never changed in place.
type carts struct {
	mu sync.Mutex
	by *bounded[string, []line]
}

func newCarts() *carts { return &carts{by: newBounded[string, []line](keptCarts)} }

func (c *carts) lines(id string) []line {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines, _ := c.by.get(id)
	return lines
}

// change replaces the lines of a cart by what edit returns for a copy of them.
func (c *carts) change(id string, edit func([]line) []line) []line {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines, _ := c.by.get(id)
	lines = edit(slices.Clone(lines))
	if len(lines) > maxCartItems {
		lines = lines[len(lines)-maxCartItems:]
	}
	if len(lines) == 0 {
		c.by.remove(id)
	} else {
		c.by.put(id, lines)
	}
	return lines
}

func (l line) validate(wrong map[string]string) {
	if l.Quantity < 1 || l.Quantity > maxQuantity {
		wrong["quantity"] = fmt.Sprintf("must be from 1 to %d", maxQuantity)
	}
	if l.ProductID < 1 {
		wrong["product_id"] = "must be a product's id"
	}
}

// price looks the products up and adds up; products that have gone since are left out.
func (s *Shop) price(lines []line) (priced []pricedLine, total int64) {
	priced = make([]pricedLine, 0, len(lines))
	for _, l := range lines {
		p, err := s.catalog.get(l.ProductID)
		if err != nil {
			continue
		}
		priced = append(priced, pricedLine{line: l, Name: p.Name, NameKo: p.NameKo, Price: p.Price})
		total += p.Price * int64(l.Quantity)
	}
	return priced, total
}

func cartID(r *http.Request) (string, error) {
	cookie, err := r.Cookie(cartCookie)
	if err != nil || !cartIDs.MatchString(cookie.Value) {
		return "", invalid(map[string]string{cartCookie: "must be a cookie of 1 to 64 letters, digits and hyphens"})
	}
	return cookie.Value, nil
}

func (s *Shop) writeCart(w http.ResponseWriter, status int, id string, lines []line) error {
	priced, total := s.price(lines)
	return writeJSON(w, status, cart{ID: id, Items: priced, Total: total})
}

func (s *Shop) getCart(w http.ResponseWriter, r *http.Request) error {
	id, err := cartID(r)
	if err != nil {
		return err
	}
	return s.writeCart(w, http.StatusOK, id, s.carts.lines(id))
}

func (s *Shop) emptyCart(w http.ResponseWriter, r *http.Request) error {
	id, err := cartID(r)
	if err != nil {
		return err
	}
	s.carts.change(id, func([]line) []line { return nil })
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Shop) addCartItem(w http.ResponseWriter, r *http.Request) error {
	var in line
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	wrong := map[string]string{}
	in.validate(wrong)
	if err := invalid(wrong); err != nil {
		return err
	}
	if _, err := s.catalog.get(in.ProductID); err != nil {
		return err
	}
	id, err := cartID(r)
	if err != nil {
		if _, sent := r.Cookie(cartCookie); sent == nil {
			return err
		}
		id = rand.Text()
		http.SetCookie(w, &http.Cookie{ // #nosec G124 -- Secure would lose the cookie: the shop is served over plain HTTP
			Name: cartCookie, Value: id, Path: "/", MaxAge: int((24 * time.Hour).Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
	lines := s.carts.change(id, func(lines []line) []line {
		if at := find(lines, in.ProductID); at >= 0 {
			lines[at].Quantity = min(lines[at].Quantity+in.Quantity, maxQuantity)
			return lines
		}
		return append(lines, in)
	})
	return s.writeCart(w, http.StatusCreated, id, lines)
}

func (s *Shop) changeCartItem(w http.ResponseWriter, r *http.Request) error {
	id, err := cartID(r)
	if err != nil {
		return err
	}
	p, err := s.product(r)
	if err != nil {
		return err
	}
	var in struct {
		Quantity int `json:"quantity"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	changed, wrong := line{ProductID: p.ID, Quantity: in.Quantity}, map[string]string{}
	changed.validate(wrong)
	if err := invalid(wrong); err != nil {
		return err
	}
	lines := s.carts.change(id, func(lines []line) []line {
		if at := find(lines, p.ID); at >= 0 {
			lines[at] = changed
			return lines
		}
		return append(lines, changed)
	})
	return s.writeCart(w, http.StatusOK, id, lines)
}

func (s *Shop) removeCartItem(w http.ResponseWriter, r *http.Request) error {
	id, err := cartID(r)
	if err != nil {
		return err
	}
	product, err := productID(r)
	if err != nil {
		return err
	}
	s.carts.change(id, func(lines []line) []line {
		return slices.DeleteFunc(lines, func(l line) bool { return l.ProductID == product })
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func find(lines []line, product int64) int {
	return slices.IndexFunc(lines, func(l line) bool { return l.ProductID == product })
}

func (s *Shop) quoteShipping(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	grams := q.integer("weight_g", 1000, 1, 30_000)
	country := r.Header.Get("X-Country-Code")
	rate, known := shippingRates[country]
	if !known {
		q.wrong["X-Country-Code"] = "must be one of KR, JP, US, DE"
	}
	if err := q.err(); err != nil {
		return err
	}
	kilograms := (grams + 999) / 1000
	return writeJSON(w, http.StatusOK, struct {
		Country string `json:"country"`
		Grams   int    `json:"weight_g"`
		Price   int    `json:"price_krw"`
		Days    int    `json:"days"`
	}{country, grams, rate.first + (kilograms-1)*rate.next, rate.days})
}
