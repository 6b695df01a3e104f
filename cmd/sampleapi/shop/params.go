package shop

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const dateLayout = time.DateOnly

// params reads typed values and remembers everything that was wrong with them.
type params struct {
	values url.Values
	wrong  map[string]string
}

func readParams(values url.Values) *params {
	return &params{values: values, wrong: map[string]string{}}
}

func (p *params) err() error { return invalid(p.wrong) }

func (p *params) integer(name string, fallback, lowest, highest int) int {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < lowest || n > highest {
		p.wrong[name] = fmt.Sprintf("must be a whole number from %d to %d", lowest, highest)
	}
	return n
}

func (p *params) oneOf(name, fallback string, allowed []string) string {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	if !slices.Contains(allowed, text) {
		p.wrong[name] = "must be one of " + strings.Join(allowed, ", ")
	}
	return text
}

func (p *params) date(name string, fallback time.Time) time.Time {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	day, err := time.Parse(dateLayout, text)
	if err != nil {
		p.wrong[name] = "must be a date such as 2026-01-31"
	}
	return day
}

// paging reads page and limit.
func (p *params) paging() (number, limit int) {
	return p.integer("page", 1, 1, 100_000), p.integer("limit", 20, 1, 100)
}

// cut returns the asked page of all.
func cut[T any](all []T, number, limit int) page[T] {
	from := min((number-1)*limit, len(all))
	items := all[from:min(from+limit, len(all))]
	if items == nil {
		items = []T{}
	}
	return page[T]{Items: items, Page: number, Limit: limit, Total: len(all)}
}
