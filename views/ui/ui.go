// Package ui is the component kit: small templ components, each with a struct of plain data. Screens are
// composed of these and of the classes in static/css; no component writes style or script attributes.
//
// Labels and texts are given in the reader's language; what a component says by itself comes from the
// ui catalogue.
package ui

import (
	"context"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/static"
	"plog.dev/plog/views/format"
)

// Tone is what a colour means. The zero value is neutral. A tone always comes with a word.
type Tone string

// The tones.
const (
	Neutral Tone = ""
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
	Info    Tone = "info"
	Accent  Tone = "accent"
)

// icon is the icon that goes with a tone in alerts.
func (t Tone) icon() string {
	switch t {
	case Good:
		return "circle-check"
	case Warn:
		return "triangle-alert"
	case Bad:
		return "circle-x"
	}
	return "info"
}

type csrfKey struct{}

// CSRFField and CSRFHeader are where forms and htmx requests carry the token.
const (
	CSRFField  = "_csrf"
	CSRFHeader = "X-CSRF-Token"
)

// WithCSRF returns a context whose forms carry the token.
func WithCSRF(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, csrfKey{}, token)
}

// CSRFToken returns the token of WithCSRF, "" without one.
func CSRFToken(ctx context.Context) string {
	token, _ := ctx.Value(csrfKey{}).(string)
	return token
}

// Story is one view with fixtures, to be looked at and tested. A family of screens exports its own as
// Stories() []Story.
type Story struct {
	Family string // the package: "ui", "run"
	Name   string // what is shown: "running", "empty"
	View   templ.Component
	Page   bool // View is a whole document
}

func iconHref(name string) string { return static.Path("icons.svg") + "#" + name }

func fieldID(id, name string) string {
	if id != "" {
		return id
	}
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "", " ", "-").Replace(name)
}

// described returns the attributes that tie a control to its hint and its error.
func described(id, hint, err string) templ.Attributes {
	attrs := templ.Attributes{}
	var ids []string
	if err != "" {
		ids = append(ids, id+"-error")
		attrs["aria-invalid"] = "true"
	}
	if hint != "" {
		ids = append(ids, id+"-hint")
	}
	if len(ids) > 0 {
		attrs["aria-describedby"] = strings.Join(ids, " ")
	}
	return attrs
}

// tipID is the same for the same explanation, wherever it stands and however often it is drawn.
func tipID(term, text string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(term + "\n" + text)) // never fails
	return "tip-" + strconv.FormatUint(uint64(h.Sum32()), 36)
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func stateTone(s loadtest.State) Tone {
	switch s {
	case loadtest.Running:
		return Accent
	case loadtest.Starting, loadtest.Queued:
		return Info
	case loadtest.Stopping:
		return Warn
	}
	return Neutral
}

func verdictTone(v loadtest.Verdict) (Tone, string) {
	switch v {
	case loadtest.Passed:
		return Good, "check"
	case loadtest.Failed:
		return Bad, "x"
	case loadtest.Errored:
		return Bad, "circle-alert"
	case loadtest.Invalid:
		return Warn, "triangle-alert"
	}
	return Neutral, "circle-slash"
}

// exactTitle returns the exact value of a figure unless its text says as much.
func exactTitle(f format.Figure) string {
	if f.Exact == f.String() {
		return ""
	}
	return f.Exact
}
