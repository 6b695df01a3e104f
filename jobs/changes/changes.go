// Package changes knows what changed between versions of documents. Working it
// out takes seconds, so it is done once, in the background, and kept.
package changes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// TaskKind names the background work of comparing two documents.
const TaskKind = "compare"

type store interface {
	Get(ctx context.Context, before, after domain.DocumentID) (openapi.Diff, error) // NotFound
	Put(ctx context.Context, before, after domain.DocumentID, d openapi.Diff) error
}

type documents interface {
	Get(ctx context.Context, id domain.DocumentID) (domain.Document, error) // NotFound
}

type runs interface {
	List(ctx context.Context, f loadtest.RunFilter) ([]loadtest.Run, error) // newest first
}

type comparer interface {
	Diff(ctx context.Context, before, after []byte) (openapi.Diff, error)
}

type sender interface {
	Send(ctx context.Context, kind string, body any) error
}

// Config is what a Service works with.
type Config struct {
	Changes   store
	Documents documents
	Runs      runs
	Contract  comparer
	Work      sender
	Patience  time.Duration // how long a page waits for what is being worked out; 0 is 1 s
}

// Service tells what changed between documents. Its Work does the tasks of
// TaskKind. It may be used by many at once.
type Service struct {
	cfg Config

	mu      sync.Mutex
	pending map[pair]chan struct{} // closed when it was worked out, or failed
}

type pair struct {
	Before domain.DocumentID `json:"before"`
	After  domain.DocumentID `json:"after"`
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Patience == 0 {
		cfg.Patience = time.Second
	}
	return &Service{cfg: cfg, pending: map[pair]chan struct{}{}}
}

// Prepare has what changed between two documents worked out in the background.
func (s *Service) Prepare(ctx context.Context, before, after domain.DocumentID) error {
	_, err := s.request(ctx, pair{before, after})
	return err
}

// Between returns what changed from one document to another. When that is not
// known yet it is worked out in the background, and waited for a moment: ready
// is false when it takes longer, and whoever asks may ask again. NotFound if a
// document is gone, or the two cannot be compared.
func (s *Service) Between(ctx context.Context, before, after domain.DocumentID) (d openapi.Diff, ready bool, err error) {
	if before == after {
		return openapi.Diff{}, true, nil
	}
	d, err = s.cfg.Changes.Get(ctx, before, after)
	if domain.CodeOf(err) != domain.NotFound {
		return d, err == nil, wrap(err)
	}
	finished, err := s.request(ctx, pair{before, after})
	if err != nil {
		return openapi.Diff{}, false, err
	}
	timer := time.NewTimer(s.cfg.Patience)
	defer timer.Stop()
	select {
	case <-finished:
	case <-timer.C:
		return openapi.Diff{}, false, nil
	case <-ctx.Done():
		return openapi.Diff{}, false, ctx.Err()
	}
	d, err = s.cfg.Changes.Get(ctx, before, after)
	return d, err == nil, wrap(err)
}

// request sends the task, unless it waits already, and returns what is closed
// when it was tried.
func (s *Service) request(ctx context.Context, p pair) (<-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting, ok := s.pending[p]; ok {
		return waiting, nil
	}
	if err := s.cfg.Work.Send(ctx, TaskKind, p); err != nil {
		return nil, err
	}
	s.pending[p] = make(chan struct{})
	return s.pending[p], nil
}

// Work compares the two documents that a task names, and keeps the result.
func (s *Service) Work(ctx context.Context, body json.RawMessage) error {
	var p pair
	if err := json.Unmarshal(body, &p); err != nil {
		return fmt.Errorf("compare documents: %w", err)
	}
	defer s.finish(p)
	err := s.compare(ctx, p)
	switch domain.CodeOf(err) {
	case domain.NotFound, domain.Invalid:
		return nil // gone meanwhile, or never readable: trying again changes nothing
	}
	return err
}

func (s *Service) compare(ctx context.Context, p pair) error {
	if _, err := s.cfg.Changes.Get(ctx, p.Before, p.After); domain.CodeOf(err) != domain.NotFound {
		return err // known already
	}
	before, err := s.cfg.Documents.Get(ctx, p.Before)
	if err != nil {
		return err
	}
	after, err := s.cfg.Documents.Get(ctx, p.After)
	if err != nil {
		return err
	}
	d, err := s.cfg.Contract.Diff(ctx, before.Raw, after.Raw)
	if err != nil {
		return err
	}
	return s.cfg.Changes.Put(ctx, p.Before, p.After, d)
}

func (s *Service) finish(p pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting, ok := s.pending[p]; ok {
		close(waiting)
		delete(s.pending, p)
	}
}

func wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("what changed between documents: %w", err)
}
