package trial_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
)

// petStore keeps pets by numbers that JavaScript cannot count to, and what they
// ate; one pet is there already.
type petStore struct {
	mu   sync.Mutex
	pets map[string]bool
	log  []string
}

const firstPet = 9007199254740993

func newPetStore(t *testing.T) (url string, store *petStore) {
	t.Helper()
	store = &petStore{pets: map[string]bool{strconv.Itoa(firstPet): true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pets", store.list)
	mux.HandleFunc("POST /pets", store.create)
	mux.HandleFunc("GET /pets/{id}", store.one)
	mux.HandleFunc("DELETE /pets/{id}", store.remove)
	mux.HandleFunc("POST /pets/{id}/meals", store.feed)
	mux.HandleFunc("GET /pets/{id}/meals/{meal}", store.meal)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		store.mu.Lock()
		defer store.mu.Unlock()
		store.log = append(store.log, r.Method+" "+r.URL.Path)
		mux.ServeHTTP(w, r)
	}), store
}

func (s *petStore) list(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`{"total":1,"items":[{"tag":"x","id":` + strconv.Itoa(firstPet) + `}]}`))
}

func (s *petStore) create(w http.ResponseWriter, _ *http.Request) {
	id := strconv.Itoa(firstPet + 2*len(s.pets))
	s.pets[id] = true
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"data":{"pet_id":` + id + `,"name":"Bo"}}`))
}

func (s *petStore) one(w http.ResponseWriter, r *http.Request) {
	if !s.pets[r.PathValue("id")] {
		http.Error(w, `{"message":"no such pet"}`, http.StatusNotFound)
	}
}

func (s *petStore) remove(w http.ResponseWriter, r *http.Request) {
	s.one(w, r)
	delete(s.pets, r.PathValue("id"))
}

func (s *petStore) feed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", "http://elsewhere"+r.URL.Path+"/a%20b%2F1?x#y")
	w.WriteHeader(http.StatusCreated)
}

func (s *petStore) meal(w http.ResponseWriter, r *http.Request) {
	if !s.pets[r.PathValue("id")] || r.PathValue("meal") != "a b/1" {
		http.Error(w, "no such meal", http.StatusNotFound)
	}
}

type tried struct {
	Step      string
	Status    int
	Suggested []loadtest.Suggestion
}

func triedAll(t *testing.T, exchanges []loadtest.Exchange) []tried {
	t.Helper()
	var all []tried
	for _, x := range exchanges {
		if x.Response == nil {
			t.Fatalf("no answer to %s: %s", x.Step, x.Problem)
		}
		all = append(all, tried{x.Step, x.Response.Status, x.Suggested})
	}
	return all
}

func TestLaterStepsTakeWhatEarlierOnesMade(t *testing.T) {
	url, store := newPetStore(t)
	p := plan(url,
		step("DELETE", "/pets/{petId}", "petId", "7"),
		step("GET", "/pets/{petId}/meals/{meal}", "petId", "7", "meal", "m"),
		step("GET", "/pets/{petId}", "petId", "7"),
		step("POST", "/pets/{id}/meals", "id", "7"),
		step("POST", "/pets"),
	)
	pet := strconv.Itoa(firstPet + 2)
	taken := func(param string, gone bool) loadtest.Suggestion {
		return loadtest.Suggestion{Param: param, Value: pet, Instead: "7", From: "POST /pets", Gone: gone}
	}
	want := []tried{
		{"POST /pets", 201, nil},
		{"POST /pets/{id}/meals", 201, []loadtest.Suggestion{taken("id", true)}},
		{"GET /pets/{petId}", 200, []loadtest.Suggestion{taken("petId", true)}},
		{"GET /pets/{petId}/meals/{meal}", 200, []loadtest.Suggestion{
			taken("petId", true), {Param: "meal", Value: "a b/1", Instead: "m", From: "POST /pets/{id}/meals"},
		}},
		{"DELETE /pets/{petId}", 200, []loadtest.Suggestion{taken("petId", true)}},
	}
	if diff := cmp.Diff(want, triedAll(t, try(t, p))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !store.pets[strconv.Itoa(firstPet)] || len(store.pets) != 1 {
		t.Errorf("pets %v: what was made is not gone, or more is", store.pets)
	}
	sent := []string{
		"POST /pets", "POST /pets/" + pet + "/meals", "GET /pets/7", "GET /pets/" + pet,
		"GET /pets/7/meals/m", "GET /pets/" + pet + "/meals/a b/1", "DELETE /pets/" + pet,
	}
	if diff := cmp.Diff(sent, store.log); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
}

func TestWhatIsListedIsReadAndNeverDeleted(t *testing.T) {
	url, store := newPetStore(t)
	first := strconv.Itoa(firstPet)
	p := plan(url, step("DELETE", "/pets/{id}", "id", "7"), step("GET", "/pets/{id}", "id", "7"), step("GET", "/pets"))
	want := []tried{
		{"GET /pets", 200, nil},
		{"GET /pets/{id}", 200, []loadtest.Suggestion{{Param: "id", Value: first, Instead: "7", From: "GET /pets"}}},
		{"DELETE /pets/{id}", 404, nil},
	}
	got := try(t, p)
	if diff := cmp.Diff(want, triedAll(t, got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !store.pets[first] {
		t.Error("a pet that the trial did not make was deleted")
	}
	if j := loadtest.Judge(got[1]); j.Concern != loadtest.ConcernBorrowed || !strings.Contains(j.Message.String(), first) {
		t.Errorf("judged %+v", j)
	}
	if j := loadtest.Judge(got[2]); j.Concern != loadtest.ConcernNotFound || !strings.Contains(j.Message.String(), "no such pet") {
		t.Errorf("judged %+v", j)
	}
}

func TestThePlansOwnValueIsKeptWhenItWorks(t *testing.T) {
	url, store := newPetStore(t)
	store.pets["7"] = true
	got := triedAll(t, try(t, plan(url, step("GET", "/pets"), step("GET", "/pets/{id}", "id", "7"))))
	if diff := cmp.Diff([]tried{{"GET /pets", 200, nil}, {"GET /pets/{id}", 200, nil}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What looks like what a step may take, and is not, is no reason to fail.
func TestAWrongGuessGivesWayToThePlansOwnValue(t *testing.T) {
	var sent []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch sent = append(sent, r.Method+" "+r.URL.Path); {
		case r.URL.Path == "/things":
			_, _ = w.Write([]byte(`{"id":"receipt","lines":[{"thing-id":"t"}]}`))
		case r.URL.Path != "/things/7" && r.URL.Path != "/things/t/parts/9":
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
	})
	got := triedAll(t, try(t, plan(url,
		step("POST", "/things"), step("PUT", "/things/{id}", "id", "7"), step("PATCH", "/things/{id}", "id", "8"),
		step("DELETE", "/things/{thingId}/parts/{n}", "thingId", "7", "n", "9"),
	)))
	want := []tried{
		{"POST /things", 200, nil}, {"PUT /things/{id}", 200, nil}, {"PATCH /things/{id}", 422, nil},
		{"DELETE /things/{thingId}/parts/{n}", 200, []loadtest.Suggestion{{Param: "thingId", Value: "t", Instead: "7", From: "POST /things"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	order := []string{
		"POST /things", "DELETE /things/t/parts/9", "PUT /things/receipt", "PUT /things/7", "PATCH /things/receipt", "PATCH /things/8",
	}
	slices.Sort(order)
	slices.Sort(sent)
	if diff := cmp.Diff(order, sent); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
}

// A trial that is sent with a token fetches it once, as a run does.
func TestATrialSignsInAsARunDoes(t *testing.T) {
	const token = "a-token-nobody-may-see"
	var asked int
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			asked++
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "bearer", "expires_in": 600}); err != nil {
				t.Error(err)
			}
		case r.Header.Get("Authorization") != "Bearer "+token:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = w.Write([]byte("hello " + token))
		}
	})
	p := plan(url, step("GET", "/a"), step("GET", "/b"))
	p.Auth = []loadtest.Credential{{Kind: loadtest.CredentialClient, TokenURL: url + "/token", ClientID: "me", ClientSecret: "client-s3cret"}}
	got := try(t, p)
	for _, x := range got {
		if x.Response.Status != 200 || values(x.Request.Headers)["Authorization"] != "Bearer "+loadtest.Mask && values(x.Request.Headers)["Authorization"] != loadtest.Mask {
			t.Errorf("%+v", x)
		}
		if strings.Contains(string(x.Response.Body), token) {
			t.Errorf("the token is shown: %s", x.Response.Body)
		}
	}
	if asked != 1 || len(got) != 2 {
		t.Errorf("%d tokens for %d requests", asked, len(got))
	}
}

func TestATrialWithoutItsTokenSaysWhy(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	p := plan(url, step("GET", "/a"))
	p.Auth = []loadtest.Credential{{Kind: loadtest.CredentialClient, TokenURL: url + "/token", ClientID: "me", ClientSecret: "client-s3cret"}}
	trier, _ := newTrier(t)
	_, err := trier.Try(t.Context(), p)
	if err == nil || !strings.Contains(err.Error(), "status 418") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v", err)
	}
}
