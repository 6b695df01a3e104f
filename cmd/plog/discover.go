package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/discover"
)

type discoverCmd struct {
	Target string `arg:"" name:"url-or-file" help:"The URL or file of an OpenAPI document, a docs page, or a host."`
	JSON   bool   `name:"json" help:"Write what was found as JSON."`
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
	found, err := find(ctx, target.Policy{AllowHosts: cfg.AllowHosts}, c.Target)
	if err != nil {
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
	for _, f := range doc.Faults {
		fmt.Fprintf(a.stderr, "%s: %s\n", f.Where, f.Message)
	}
	return nil
}

// find reads a file when there is one of that name, and fetches otherwise.
func find(ctx context.Context, policy target.Policy, name string) (discover.Found, error) {
	if _, err := os.Stat(name); err == nil {
		return discover.ReadFile(name, "")
	}
	fetcher := discover.NewFetcher(policy)
	return discover.NewFinder(fetcher).Find(ctx, discover.Request{Target: name})
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
