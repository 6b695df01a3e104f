package handlers

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// How long the home page waits for the sample shop, and remembers what it heard.
const (
	sampleWait = 300 * time.Millisecond
	sampleKept = 3 * time.Second
)

// Sample knows whether the sample shop answers. It may be used by many at once.
type Sample struct {
	address string // of its document
	client  *http.Client

	mu      sync.Mutex
	answers bool
	asked   time.Time
}

// NewSample returns the sample shop whose document is at address; nil, which
// offers none, when that is empty.
func NewSample(address string) *Sample {
	if address == "" {
		return nil
	}
	return &Sample{address: address, client: &http.Client{
		Timeout: sampleWait, Transport: &http.Transport{DisableKeepAlives: true},
	}}
}

// Answers reports whether the shop serves its document, as of the last seconds.
func (s *Sample) Answers(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock() // those who ask meanwhile wait for the same answer
	if s.asked.IsZero() || time.Since(s.asked) > sampleKept {
		s.answers = s.ask(context.WithoutCancel(ctx))
		s.asked = time.Now()
	}
	return s.answers
}

func (s *Sample) ask(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address, http.NoBody)
	if err != nil {
		return false
	}
	res, err := s.client.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// command is what starts the shop.
func (s *Sample) command() string {
	u, err := url.Parse(s.address)
	if err != nil || u.Host == "" {
		return "bin/sampleapi"
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	return "bin/sampleapi --addr " + host
}
