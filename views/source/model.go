// Package source shows where a project's API documents come from: the form
// that asks for one, and a source's own page.
package source

import (
	"context"
	"slices"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
)

// Access is what a document's fetch needs where it is not open to everyone, as
// it is typed.
type Access struct {
	User     string
	Password string
	Cookie   string
	Headers  []domain.FetchHeader
}

// IsZero reports whether nothing was typed.
func (a Access) IsZero() bool {
	return a.User == "" && a.Password == "" && a.Cookie == "" && len(a.Headers) == 0
}

// Definition is one of several documents behind the same page.
type Definition struct {
	Name   string
	URL    string // "" when it is part of the page
	Chosen bool
}

// Tried is a place that was looked at in vain.
type Tried struct {
	URL string // "" for a document that is part of the page
	Why domain.Message
}

// AddForm asks for an API: an address, a file, a text, or a file of the
// documents folder.
type AddForm struct {
	Action      string
	Target      string
	Text        string
	Folder      string   // the chosen file of the documents folder
	Files       []string // what the documents folder holds; none without one
	Access      Access
	Definitions []Definition // to choose from; none until several were found
	Problem     domain.Message
	Tried       []Tried
	Compact     bool // beside other things: a further source of a project
}

// Model is a source's page.
type Model struct {
	Frame      layout.Model
	Project    domain.Project
	Source     domain.Source
	Title      string // the API's, as its document says
	Version    string // the API's own
	OpenAPI    string
	Strategy   string
	Operations int
	Faults     []openapi.Fault
	Versions   []Version
	Next       time.Time      // when it is fetched again by itself; zero for never
	Unreadable domain.Message // the stored document cannot be read
	Problem    domain.Message // what could not be done
	Settings   Settings
	Fetched    *bool // it was just fetched: whether it had changed
	Lone       bool  // the project's only one: it stays
}

// Version is one stored version of a source's document, newest first.
type Version struct {
	Number   int // 1 is the oldest
	Document domain.Document
	Current  bool
	Before   domain.DocumentID // the version before it, "" for the first
}

// Settings are what can be changed of a source.
type Settings struct {
	Name    string
	URL     string
	BaseURL string
	Every   time.Duration
	Access  Access
	Problem domain.Message
	Field   string // the field that Problem is about
	Saved   bool
}

// at returns the problem's text for the field it is about.
func (s Settings) at(ctx context.Context, field string) string {
	if s.Problem.IsZero() || s.Field != field {
		return ""
	}
	return i18n.Msg(ctx, s.Problem)
}

// intervals are how often a document may be fetched again by itself.
var intervals = []time.Duration{0, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// KnownInterval reports whether d is one of the intervals on offer.
func KnownInterval(d time.Duration) bool {
	for _, known := range intervals {
		if d == known {
			return true
		}
	}
	return false
}

func headerNames(headers []domain.FetchHeader) string {
	names := make([]string, len(headers))
	for i, h := range headers {
		names[i] = h.Name
	}
	return strings.Join(names, ", ")
}

// VersionsOf returns the stored documents of a source as its versions, newest
// first, numbered in the order in which they came to be.
func VersionsOf(stored []domain.Document, current domain.DocumentID) []Version {
	byAge := slices.Clone(stored)
	slices.SortStableFunc(byAge, func(a, b domain.Document) int { return a.CreatedAt.Compare(b.CreatedAt) })
	versions := make([]Version, len(byAge))
	for i, d := range byAge {
		v := Version{Number: i + 1, Document: d, Current: d.ID == current}
		if i > 0 {
			v.Before = byAge[i-1].ID
		}
		versions[len(byAge)-1-i] = v
	}
	return versions
}
