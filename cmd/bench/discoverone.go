package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	policy "plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/discover"
	"plog.dev/plog/repo/sqlite"
)

// discoverOneCmd does with one document what PLOG does with a new one, so that
// its time and memory are nobody else's.
type discoverOneCmd struct {
	Target string `arg:"" help:"The document's address."`
	Result string `arg:"" help:"The file that the figures are written to."`
}

// discovered is what became of a document.
type discovered struct {
	Refused    string  `json:"refused,omitempty"` // the message's key
	Bytes      int     `json:"bytes"`
	Operations int     `json:"operations"`
	Faults     int     `json:"faults"`
	ReadMS     float64 `json:"read_ms"`
	ExamplesMS float64 `json:"examples_ms"`
	StoredMS   float64 `json:"stored_ms"`
}

// Run discovers the document and writes the figures.
func (c *discoverOneCmd) Run(ctx context.Context) error {
	result, err := discoverOne(ctx, c.Target, filepath.Dir(c.Result))
	if err != nil {
		return err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	if err := os.WriteFile(c.Result, text, 0o600); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

func readDiscovered(file string) (d discovered, err error) {
	text, err := os.ReadFile(file) //nolint:gosec // of this program's own folder
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		return d, fmt.Errorf("read figures: %w", err)
	}
	return d, nil
}

func discoverOne(ctx context.Context, address, dir string) (d discovered, err error) {
	begun := time.Now()
	found, err := discover.NewFinder(discover.NewFetcher(policy.Policy{})).Find(ctx, discover.Request{Target: address})
	var e *domain.Error
	if errors.As(err, &e) {
		return discovered{Refused: e.Message.Key}, nil
	}
	if err != nil {
		return d, fmt.Errorf("find document: %w", err)
	}
	d = discovered{Bytes: len(found.Raw), Operations: len(found.Document.Operations), Faults: len(found.Document.Faults), ReadMS: milliseconds(time.Since(begun))}
	begun = time.Now()
	for _, op := range found.Document.Operations {
		openapi.Example(op, openapi.Options{})
	}
	d.ExamplesMS = milliseconds(time.Since(begun))
	begun = time.Now()
	if err := store(ctx, dir, found); err != nil {
		return d, err
	}
	d.StoredMS = milliseconds(time.Since(begun))
	return d, nil
}

func store(ctx context.Context, dir string, found discover.Found) (err error) {
	dir, err = os.MkdirTemp(dir, "store-")
	if err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	db, err := sqlite.Open(ctx, dir)
	if err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	project := domain.Project{Name: "Bench"}
	if err := db.Projects().Create(ctx, &project); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	source := domain.Source{ProjectID: project.ID, Kind: domain.SourceURL, Name: "Bench", URL: found.DocumentURL, DocumentURL: found.DocumentURL, BaseURL: found.BaseURL()}
	if err := db.Sources().Create(ctx, &source); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	document := domain.Document{SourceID: source.ID, Title: found.Document.Title, Version: found.Document.Version, OpenAPI: found.Document.OpenAPI, Strategy: found.Strategy, Raw: found.Raw}
	if err := db.Documents().Create(ctx, &document); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	if err := db.Documents().PutIndex(ctx, document.ID, openapi.IndexOf(&found.Document)); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	return nil
}
