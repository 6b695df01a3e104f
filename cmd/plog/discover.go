package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/discover"
)

type discoverCmd struct {
	Target     string   `arg:"" name:"url-or-file" help:"The URL or file of an OpenAPI document, a docs page, a host, or a zip file of documents."`
	Definition string   `name:"definition" placeholder:"NAME" help:"Which of several documents behind a page or in a zip file."`
	Header     []string `name:"header" short:"H" sep:"none" placeholder:"K: V" help:"A header for fetching the document, sent to the host of the URL alone. Repeatable."`
	JSON       bool     `name:"json" help:"Write what was found as JSON."`
}

// discovered is what discover --json writes.
type discovered struct {
	Title       string              `json:"title"`
	Version     string              `json:"version"`
	OpenAPI     string              `json:"openapi"`
	DocumentURL string              `json:"document_url"`
	Servers     []string            `json:"servers"`
	Strategy    string              `json:"strategy"`
	Operations  []openapi.Operation `json:"operations"`
}

// Run lists an API's operations.
func (c discoverCmd) Run(ctx context.Context, a *app) error {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	headers, err := fetchHeaders(c.Header)
	if err != nil {
		return err
	}
	found, err := findBy(ctx, target.Policy{AllowHosts: cfg.AllowHosts}, discover.Request{Target: c.Target, Definition: c.Definition, Headers: headers})
	if err != nil {
		tellTried(a.stderr, found.Tried)
		return explainForbidden(err)
	}
	doc := found.Document
	if c.JSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(discovered{
			Title: doc.Title, Version: doc.Version, OpenAPI: doc.OpenAPI, DocumentURL: found.DocumentURL,
			Servers: notNil(doc.Servers), Strategy: found.Strategy, Operations: complete(doc.Operations),
		})
	}
	return c.list(a, found)
}

// list writes what was found for a person to read.
func (c discoverCmd) list(a *app, found discover.Found) error {
	doc := found.Document
	fmt.Fprintf(a.stdout, "%s %s (OpenAPI %s, found by %s)\n", doc.Title, doc.Version, doc.OpenAPI, found.Strategy)
	if found.DocumentURL != "" {
		fmt.Fprintln(a.stdout, found.DocumentURL)
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, op := range doc.Operations {
		note := op.Summary
		if op.Deprecated {
			note = strings.TrimSpace("(deprecated) " + note)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", op.Method, op.Path, strings.Join(op.Tags, ", "), note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(found.Definitions) > 1 {
		fmt.Fprintf(a.stderr, "One of %d definitions; choose with --definition NAME:\n", len(found.Definitions))
		for _, d := range found.Definitions {
			mark := " "
			if d.Name == found.Definition {
				mark = "*"
			}
			fmt.Fprintf(a.stderr, "%s %s  %s\n", mark, d.Name, d.URL)
		}
	}
	for _, f := range doc.Faults {
		fmt.Fprintf(a.stderr, "%s: %s\n", f.Where, f.Message)
	}
	return nil
}

// tellTried lists the places that were looked at when there was more than one.
func tellTried(w io.Writer, tried []discover.Attempt) {
	if len(tried) < 2 {
		return
	}
	fmt.Fprintln(w, "Looked at:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range tried {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", a.Strategy, either(a.URL, "(part of the page)"), problem(a.Err))
	}
	_ = t.Flush() // what stands on the terminal cannot be helped
}

// fetchHeaders reads headers as they are written at the terminal.
func fetchHeaders(lines []string) ([]domain.FetchHeader, error) {
	var all []domain.FetchHeader
	for _, line := range lines {
		h, err := parseHeader(line)
		if err != nil {
			return nil, err
		}
		all = append(all, domain.FetchHeader{Name: h.Name, Value: h.Value})
	}
	return all, nil
}

// find reads a file when there is one of that name, and fetches otherwise.
func find(ctx context.Context, policy target.Policy, name string) (discover.Found, error) {
	return findBy(ctx, policy, discover.Request{Target: name})
}

func findBy(ctx context.Context, policy target.Policy, req discover.Request) (discover.Found, error) {
	if _, err := os.Stat(req.Target); err == nil {
		return discover.ReadFile(req.Target, req.Definition)
	}
	return discover.NewFinder(discover.NewFetcher(policy)).Find(ctx, req)
}

// complete gives lists without entries the form [] that the contract has.
func complete(operations []openapi.Operation) []openapi.Operation {
	all := make([]openapi.Operation, len(operations))
	for i, op := range operations {
		op.Tags, op.Parameters = notNil(op.Tags), notNil(op.Parameters)
		all[i] = op
	}
	return all
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
