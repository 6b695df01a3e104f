package contract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

const (
	checkLimit = 5 * time.Second  // for one response
	batchLimit = 60 * time.Second // for all that are checked together
	diffLimit  = 60 * time.Second

	largeDocument = 1 << 20 // bytes; work on one that large is done alone
	children      = 2       // at once, while all are small
)

// Checker asks children. Make one with NewChecker; it may be used by many at once.
type Checker struct {
	log  *slog.Logger
	turn *semaphore.Weighted
}

// NewChecker returns a Checker that logs why children died. The program that
// uses it calls Asked first thing in its main.
func NewChecker(log *slog.Logger) *Checker {
	return &Checker{log: log, turn: semaphore.NewWeighted(children)}
}

// Subject is an exchange and the operation it was made from.
type Subject struct {
	Method, Path string // as in openapi.Operation
	Exchange     loadtest.Exchange
}

// Result says whether a response fits its document. With no violations and
// nothing unchecked, it does.
type Result struct {
	Violations []openapi.Violation `json:"violations,omitempty"`
	Unchecked  domain.Message      `json:"unchecked,omitzero"` // what was not checked, and why; zero when all was
}

// Check returns where the response of an exchange does not fit the document
// raw: its status, content type, headers and body. An error is a *domain.Error,
// Unavailable, that says what was not checked and why; violations may be
// returned beside it. An exchange without a response has none.
func (c *Checker) Check(ctx context.Context, raw []byte, method, path string, exchange loadtest.Exchange) ([]openapi.Violation, error) {
	results, err := c.CheckAll(ctx, raw, []Subject{{Method: method, Path: path, Exchange: exchange}})
	if err != nil {
		return nil, err
	}
	if r := results[0]; !r.Unchecked.IsZero() {
		return r.Violations, &domain.Error{Code: domain.Unavailable, Message: r.Unchecked}
	}
	return results[0].Violations, nil
}

// CheckAll checks many exchanges with one document, which is read once. The
// results are in the subjects' order. An error says that none could be checked:
// the document cannot be read (Invalid), or ctx has ended.
func (c *Checker) CheckAll(ctx context.Context, raw []byte, subjects []Subject) ([]Result, error) {
	slicer, err := openapi.NewSlicer(raw)
	if err != nil {
		return nil, fmt.Errorf("check responses: %w", err)
	}
	results := make([]Result, len(subjects))
	var (
		questions []subject
		slices    [][]byte
		whose     []int // the subject of each question
	)
	for i, s := range subjects {
		if s.Exchange.Response == nil {
			continue
		}
		slice, err := slicer.Slice(s.Method, s.Path)
		if err != nil {
			results[i].Unchecked = unchecked(err)
			continue
		}
		questions = append(questions, subject{Method: s.Method, Path: s.Path, URL: s.Exchange.Request.URL, Response: *s.Exchange.Response})
		slices, whose = append(slices, slice), append(whose, i)
	}
	ctx, cancel := context.WithTimeout(ctx, batchLimit)
	defer cancel()
	answers, err := c.check(ctx, questions, slices)
	if err != nil {
		return nil, err
	}
	for i, r := range answers {
		results[whose[i]] = r
	}
	return results, nil
}

// check asks about all at once. A child that dies or stalls takes only the
// response along that it was at; another one goes on after it.
func (c *Checker) check(ctx context.Context, subjects []subject, slices [][]byte) ([]Result, error) {
	var results []Result
	for len(results) < len(subjects) {
		at := len(results)
		got, err := c.inTurn(ctx, question{Check: subjects[at:]}, slices[at:]...)
		results = append(results, got.Results...)
		switch {
		case len(results) == len(subjects):
		case errors.Is(ctx.Err(), context.Canceled):
			return nil, ctx.Err()
		default:
			s := subjects[len(results)]
			c.log.WarnContext(ctx, "a response could not be checked", "operation", s.Method+" "+s.Path, "error", err)
			results = append(results, Result{Unchecked: unchecked(err)})
		}
	}
	return results, nil
}

// unchecked returns the sentence for a response that could not be checked.
func unchecked(err error) domain.Message {
	var known *domain.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return domain.Msg("contract.unchecked",
		"Whether this response fits the API document could not be checked: checking it failed. PLOG's log has the details.")
}

// Diff returns what changed from the document before to the document after.
// When they cannot be compared in depth, which a document can bring about, or
// when one is Swagger 2.0 and the other is not, the result is an Outline. An
// error is Invalid when one of them cannot be read at all, else that of ctx.
func (c *Checker) Diff(ctx context.Context, before, after []byte) (openapi.Diff, error) {
	deep, cancel := context.WithTimeout(ctx, diffLimit)
	defer cancel()
	got, err := c.inTurn(deep, question{Diff: true}, before, after)
	if err == nil && got.Diff != nil {
		return *got.Diff, nil
	}
	if ctx.Err() != nil {
		return openapi.Diff{}, ctx.Err()
	}
	c.log.WarnContext(ctx, "two documents could not be compared in depth", "error", err)
	old, err := openapi.Parse(before)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("compare documents: the one before: %w", err)
	}
	now, err := openapi.Parse(after)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("compare documents: the one after: %w", err)
	}
	return openapi.Outline(old, now), nil
}

// inTurn asks a child when there is one to spare.
func (c *Checker) inTurn(ctx context.Context, q question, blobs ...[]byte) (answers, error) {
	weight, size := int64(1), 0
	for _, b := range blobs {
		size += len(b)
	}
	if size > largeDocument {
		weight = children
	}
	if err := c.turn.Acquire(ctx, weight); err != nil {
		return answers{}, err
	}
	defer c.turn.Release(weight)
	return askChild(ctx, q, blobs...)
}
