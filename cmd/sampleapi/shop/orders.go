package shop

import (
	"encoding/binary"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

const (
	keptOrders   = 1000
	listedOrders = 57 // built-in orders that lists show
)

var (
	orderStatuses  = []string{"placed", "paid", "shipped", "delivered", "cancelled"}
	paymentMethods = []string{"card", "transfer", "kakaopay", "naverpay"}
	orderSpace     = uuid.MustParse("8c2c2f3e-0d0a-5c0e-9b5e-6d2f7a1b4c11")
)

type address struct {
	Recipient  string `json:"recipient"`
	Line1      string `json:"line1"`
	City       string `json:"city"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
}

type order struct {
	ID          uuid.UUID    `json:"id"`
	Status      string       `json:"status"`
	Items       []pricedLine `json:"items"`
	Total       int64        `json:"total_krw"`
	Payment     string       `json:"payment_method"`
	Address     address      `json:"address"`
	Note        string       `json:"note,omitempty"`
	PlacedAt    time.Time    `json:"placed_at"`
	CancelledAt *time.Time   `json:"cancelled_at"`

	email string
}

type orderInput struct {
	Items   []line  `json:"items"`
	Payment string  `json:"payment_method"`
	Address address `json:"address"`
	Note    string  `json:"note"`
}

// orders holds the placed and the cancelled ones; every other id reads as a built-in order.
type orders struct {
	mu   sync.Mutex
	kept *bounded[uuid.UUID, order]
}

func newOrders() *orders { return &orders{kept: newBounded[uuid.UUID, order](keptOrders)} }

func (in orderInput) validate() error {
	wrong := map[string]string{}
	if len(in.Items) < 1 || len(in.Items) > maxCartItems {
		wrong["items"] = "must have 1 to 50 lines"
	}
	for _, l := range in.Items {
		l.validate(wrong)
	}
	if !slices.Contains(paymentMethods, in.Payment) {
		wrong["payment_method"] = "must be one of card, transfer, kakaopay, naverpay"
	}
	for name, text := range map[string]string{
		"address.recipient": in.Address.Recipient, "address.line1": in.Address.Line1,
		"address.city": in.Address.City, "address.postal_code": in.Address.PostalCode,
	} {
		if n := utf8.RuneCountInString(text); n < 1 || n > 200 {
			wrong[name] = "must have 1 to 200 characters"
		}
	}
	if _, known := shippingRates[in.Address.Country]; !known {
		wrong["address.country"] = "must be one of KR, JP, US, DE"
	}
	if utf8.RuneCountInString(in.Note) > 500 {
		wrong["note"] = "must have at most 500 characters"
	}
	return invalid(wrong)
}

// placeOrder answers the first order again when its Idempotency-Key comes back.
func (s *Shop) placeOrder(w http.ResponseWriter, r *http.Request) error {
	var in orderInput
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := in.validate(); err != nil {
		return err
	}
	for _, l := range in.Items {
		if _, err := s.catalog.get(l.ProductID); err != nil {
			return invalid(map[string]string{"items": "name a product that does not exist"})
		}
	}
	id, email := uuid.New(), emailOf(r)
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		id = uuid.NewSHA1(orderSpace, []byte(email+"\n"+key))
	}
	placed := order{
		ID: id, Status: "placed", Payment: in.Payment, Address: in.Address, Note: in.Note,
		PlacedAt: s.now(), email: email,
	}
	placed.Items, placed.Total = s.price(in.Items)

	s.orders.mu.Lock()
	if first, known := s.orders.kept.get(id); known {
		placed = first
	} else {
		s.orders.kept.put(id, placed)
	}
	s.orders.mu.Unlock()

	w.Header().Set("Location", "/orders/"+id.String())
	return writeJSON(w, http.StatusCreated, placed)
}

func (s *Shop) listOrders(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	number, limit := q.paging()
	status := q.oneOf("status", "", orderStatuses)
	if err := q.err(); err != nil {
		return err
	}
	email := emailOf(r)
	s.orders.mu.Lock()
	mine := s.orders.kept.newest()
	s.orders.mu.Unlock()
	mine = slices.DeleteFunc(mine, func(o order) bool { return o.email != email })
	for n := range listedOrders {
		mine = append(mine, s.shippedOrder(uuid.NewSHA1(orderSpace, []byte{byte(n)}), email))
	}
	if status != "" {
		mine = slices.DeleteFunc(mine, func(o order) bool { return o.Status != status })
	}
	return writeJSON(w, http.StatusOK, cut(mine, number, limit))
}

func (s *Shop) order(r *http.Request) (order, error) {
	id, err := uuid.Parse(r.PathValue("orderId"))
	if err != nil {
		return order{}, badRequest("%q is no order id: it is a UUID.", r.PathValue("orderId"))
	}
	s.orders.mu.Lock()
	kept, found := s.orders.kept.get(id)
	s.orders.mu.Unlock()
	email := emailOf(r)
	if !found {
		return s.shippedOrder(id, email), nil
	}
	if kept.email != email {
		return order{}, notFound("There is no order %s of yours.", id)
	}
	return kept, nil
}

func (s *Shop) getOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := s.order(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, o)
}

// cancelOrder answers the same when the order is cancelled already.
func (s *Shop) cancelOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := s.order(r)
	if err != nil {
		return err
	}
	if o.Status != "cancelled" {
		now := s.now()
		o.Status, o.CancelledAt = "cancelled", &now
		s.orders.mu.Lock()
		s.orders.kept.put(o.ID, o)
		s.orders.mu.Unlock()
	}
	return writeJSON(w, http.StatusOK, o)
}

// shippedOrder returns the built-in order of any id, always the same.
func (s *Shop) shippedOrder(id uuid.UUID, email string) order {
	n := binary.BigEndian.Uint64(id[8:])
	o := order{
		ID: id, Status: orderStatuses[n%4], Payment: paymentMethods[n/4%4],
		Address: address{
			Recipient: "김민지", Line1: "세종대로 110", City: "서울", PostalCode: "04524", Country: "KR",
		},
		PlacedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n%86400) * time.Second), // #nosec G115 -- below 86400
		email:    email,
	}
	o.Items, o.Total = s.price([]line{
		{ProductID: int64(n%listedProducts) + 1, Quantity: int(n/7%3) + 1}, // #nosec G115 -- small
		{ProductID: int64(n/11%listedProducts) + 1, Quantity: 1},           // #nosec G115 -- small
	})
	return o
}
