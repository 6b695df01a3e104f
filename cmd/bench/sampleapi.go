package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// sampleAPI is the sample shop in a process of its own.
type sampleAPI struct {
	*child
	url string
}

// served is what the shop counted of one operation, or of all.
type served struct {
	Operation string            `json:"operation"`
	Count     uint64            `json:"count"`
	Statuses  map[string]uint64 `json:"statuses"`
}

// truth is what the shop counted.
type truth struct {
	Overall    served   `json:"overall"`
	Operations []served `json:"operations"`
	Unmatched  uint64   `json:"unmatched"`
}

func (b *bench) startSampleAPI(ctx context.Context, flags ...string) (*sampleAPI, error) {
	flags = append([]string{"--addr", "127.0.0.1:0", "--seed", "1"}, flags...)
	c, url, err := start(ctx, os.Environ(), func(line string) (string, bool) {
		_, url, ok := strings.Cut(line, "listening on ")
		return strings.TrimSpace(url), ok
	}, b.binary("sampleapi"), flags...)
	if err != nil {
		return nil, err
	}
	return &sampleAPI{c, url}, nil
}

// truth returns what was served since the last forget.
func (s *sampleAPI) truth(ctx context.Context) (truth, error) {
	var t truth
	err := s.call(ctx, http.MethodGet, &t)
	return t, err
}

func (s *sampleAPI) forget(ctx context.Context) error { return s.call(ctx, http.MethodDelete, nil) }

func (s *sampleAPI) call(ctx context.Context, method string, into any) (err error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+"/truth", nil)
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("truth: the sample API answers %s", res.Status)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	return nil
}

// shopSteps are a few cheap and harmless requests to the shop.
func shopSteps() []loadtest.Step {
	product := loadtest.Request{PathParams: []loadtest.Param{{Name: "productId", Value: "7"}}}
	return []loadtest.Step{
		{Method: http.MethodGet, Path: "/products/{productId}", Request: product, Weight: 2},
		{Method: http.MethodGet, Path: "/products", Request: loadtest.Request{Query: []loadtest.Param{{Name: "limit", Value: "2"}}}},
		{Method: http.MethodGet, Path: "/search", Request: loadtest.Request{Query: []loadtest.Param{{Name: "q", Value: "키보드"}}}},
	}
}
