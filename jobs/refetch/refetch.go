// Package refetch fetches the documents of sources again: when a person asks,
// and by itself when a source is due. When a source is due follows from what is
// stored of it, so a restart forgets nothing. A document that changed becomes a
// new version.
package refetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

const (
	lookEvery  = 30 * time.Second // how often sources are looked through for those that are due
	fetchLimit = 2 * time.Minute  // of finding and storing one document
)

// Found is a document that was found at its source again.
type Found struct {
	Document    openapi.Document
	Raw         []byte
	DocumentURL string
	Strategy    string
}

type sources interface {
	List(ctx context.Context) ([]domain.Source, error)
	Get(ctx context.Context, id domain.SourceID) (domain.Source, error) // NotFound
	SetFetched(ctx context.Context, s domain.Source) error
}

type documents interface {
	Create(ctx context.Context, d *domain.Document) error // the same bytes again get the id they have
	PutIndex(ctx context.Context, id domain.DocumentID, x openapi.Index) error
}

// Config is what a Service works with. Busy, Every and Now may be left zero.
type Config struct {
	Sources   sources
	Documents documents
	// Find fetches a source's document again. Its errors are for the person.
	Find func(ctx context.Context, s domain.Source) (Found, error)
	// Changed is told of a new version, to have the difference worked out.
	Changed func(ctx context.Context, before, after domain.DocumentID) error
	// Busy reports whether fetching by itself has to wait, so that a running
	// load test is not disturbed; nil never waits.
	Busy func(ctx context.Context) bool
	Log  *slog.Logger
	Now  func() time.Time // nil is time.Now
}

// Service fetches sources again. It may be used by many at once; each source
// is fetched by one at a time, and whoever comes meanwhile shares the result.
type Service struct {
	cfg    Config
	flight singleflight.Group

	life context.Context // ends with Run
	end  context.CancelFunc
	mu   sync.Mutex // orders the start of a fetch and the end of life
	busy sync.WaitGroup
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Busy == nil {
		cfg.Busy = func(context.Context) bool { return false }
	}
	s := &Service{cfg: cfg}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Result is what came of fetching a source again.
type Result struct {
	Changed  bool // the document differs from the version in use before
	Document domain.DocumentID
	Previous domain.DocumentID // the version in use before
}

// Refresh fetches the document of a source again. Why it failed is stored as
// the source's problem and returned; the version in use then stays. Conflict
// when the source's address was changed meanwhile, NotFound if it is gone. When
// ctx ends, the fetch goes on for others who wait for it, at the longest until Run
// ends.
func (s *Service) Refresh(ctx context.Context, source domain.Source) (Result, error) {
	done := s.flight.DoChan(string(source.ID), func() (any, error) {
		if !s.begin() {
			return Result{}, loadtest.ErrShutdown
		}
		defer s.busy.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchLimit)
		defer cancel()
		defer context.AfterFunc(s.life, cancel)()
		return s.refresh(ctx, source)
	})
	select {
	case r := <-done:
		result, _ := r.Val.(Result)
		return result, r.Err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// begin notes a fetch that Run waits for; false when Run has ended.
func (s *Service) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.Err() != nil {
		return false
	}
	s.busy.Add(1)
	return true
}

// close ends all fetches and waits for them.
func (s *Service) close() {
	s.mu.Lock()
	s.end()
	s.mu.Unlock()
	s.busy.Wait()
}

func (s *Service) refresh(ctx context.Context, source domain.Source) (Result, error) {
	found, problem := s.cfg.Find(ctx, source)
	now, err := s.cfg.Sources.Get(ctx, source.ID)
	if err != nil {
		return Result{}, fmt.Errorf("fetch source again: %w", err)
	}
	if now.URL != source.URL || now.Definition != source.Definition {
		return Result{}, domain.Errorf(domain.Conflict, "drift.source_moved",
			"The address of {{.Name}} was changed meanwhile. Fetch it again.", "Name", source.Name)
	}
	now.CheckedAt = s.cfg.Now().UTC()
	if problem != nil {
		return Result{}, s.failed(ctx, now, problem)
	}
	doc := domain.Document{
		SourceID: now.ID, Title: found.Document.Title, Version: found.Document.Version, OpenAPI: found.Document.OpenAPI,
		Strategy: found.Strategy, Raw: found.Raw,
	}
	if err := s.cfg.Documents.Create(ctx, &doc); err != nil {
		return Result{}, fmt.Errorf("store document of source %s: %w", now.ID, err)
	}
	result := Result{Changed: doc.ID != now.DocumentID, Document: doc.ID, Previous: now.DocumentID}
	if result.Changed {
		if err := s.cfg.Documents.PutIndex(ctx, doc.ID, openapi.IndexOf(&found.Document)); err != nil {
			return Result{}, fmt.Errorf("store index of document %s: %w", doc.ID, err)
		}
	}
	now.DocumentID, now.DocumentURL, now.FetchedAt, now.Problem = doc.ID, found.DocumentURL, now.CheckedAt, domain.Message{}
	if err := s.cfg.Sources.SetFetched(ctx, now); err != nil {
		return Result{}, err
	}
	if result.Changed && result.Previous != "" {
		s.cfg.Log.InfoContext(ctx, "an API document has changed", "source", now.Name, "document", doc.ID, "before", result.Previous)
		if err := s.cfg.Changed(ctx, result.Previous, result.Document); err != nil {
			return result, fmt.Errorf("have the change worked out: %w", err)
		}
	}
	return result, nil
}

// failed stores why a source could not be fetched, logs it when it is new, and
// returns it.
func (s *Service) failed(ctx context.Context, source domain.Source, problem error) error {
	if errors.Is(problem, context.Canceled) {
		return problem
	}
	told := domain.Msg("drift.fetch_failed", "The document could not be fetched. PLOG's log has the details.")
	var known *domain.Error
	if errors.As(problem, &known) {
		told = known.Message
	}
	if source.Problem.String() != told.String() {
		s.cfg.Log.WarnContext(ctx, "an API document could not be fetched again", "source", source.Name, "error", problem)
	}
	source.Problem = told
	return errors.Join(problem, s.cfg.Sources.SetFetched(ctx, source))
}
