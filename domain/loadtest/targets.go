package loadtest

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Contact is an address that a run of a plan sends requests to.
type Contact struct {
	Field string // what of the plan names it, such as "scenarios.0.steps.2.base_url"
	URL   string
}

// Contacts returns every address that a run of p sends requests to, each origin
// once: the base URL, those of steps, and token endpoints.
func (p Plan) Contacts() []Contact {
	var all []Contact
	known := map[string]bool{}
	add := func(field, raw string) {
		if o := origin(raw); raw != "" && !known[o] {
			known[o] = true
			all = append(all, Contact{field, raw})
		}
	}
	add("base_url", p.BaseURL)
	for i, s := range p.Scenarios {
		for j, step := range s.Steps {
			add(fmt.Sprintf("scenarios.%d.steps.%d.base_url", i, j), step.BaseURL)
		}
	}
	for i, c := range p.Auth {
		if c.Kind.Fetched() {
			add(fmt.Sprintf("auth.%d.token_url", i), c.TokenURL)
		}
	}
	return all
}

// Base returns where s is sent: its own base URL, or else the plan's.
func (p Plan) Base(s Step) string {
	if s.BaseURL != "" {
		return s.BaseURL
	}
	return p.BaseURL
}

// origin returns scheme, host and port of a URL, in one spelling; what is no
// URL is its own.
func origin(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return raw
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + port)
}

// CheckContacts asks check about every address that a run of p contacts. Its
// first error comes back; a domain error that names no field names the one that
// holds the address.
func (p Plan) CheckContacts(check func(address string) error) error {
	for _, c := range p.Contacts() {
		err := check(c.URL)
		var known *domain.Error
		if errors.As(err, &known) && len(known.Fields) == 0 {
			told := *known
			told.Fields = []domain.FieldError{{Field: c.Field, Message: known.Message}}
			told.Err = err
			return &told
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// BlockedBy returns the networks that are blocked for every address that a run
// of p contacts, where blocked says so for one: a generator knows one list only.
func (p Plan) BlockedBy(blocked func(address string) []netip.Prefix) []netip.Prefix {
	var all []netip.Prefix
	for i, c := range p.Contacts() {
		own := blocked(c.URL)
		if i == 0 {
			all = slices.Clone(own)
			continue
		}
		all = slices.DeleteFunc(all, func(n netip.Prefix) bool { return !slices.Contains(own, n) })
	}
	return all
}
