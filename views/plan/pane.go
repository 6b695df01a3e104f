package plan

import (
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// Pane is the quick form beside a project's operations.
type Pane struct {
	Form    Form
	Errors  Errors
	Action  string                // where it is posted
	BaseURL string                // the source's own, as a suggestion
	Servers []string              // the document's, as suggestions
	SignIn  []openapi.Requirement // what the API's operations want
	Summary Summary
}

// Summary is what a form comes to: the operations, the load over time, the estimate.
type Summary struct {
	Operations []string // "GET /pets"
	Curve      []loadtest.Point
	Estimate   loadtest.Estimate
	Unclear    bool // the load cannot be read yet
}

// SummaryOf returns the summary of the plan that f describes.
func SummaryOf(f Form, limits loadtest.Limits) Summary {
	p, err := f.Plan()
	s := Summary{Operations: f.Operations, Unclear: err != nil}
	for i := range p.Scenarios {
		for _, name := range f.Operations {
			method, path, _ := strings.Cut(name, " ")
			p.Scenarios[i].Steps = append(p.Scenarios[i].Steps, loadtest.Step{Method: method, Path: path})
		}
		if len(p.Scenarios[i].Steps) == 0 {
			p.Scenarios[i].Steps = []loadtest.Step{{Method: "GET", Path: "/"}}
		}
	}
	p = p.WithDefaults(limits)
	s.Estimate = p.Estimate()
	if s.Estimate.Duration > 0 && s.Estimate.PeakVUs > 0 {
		s.Curve = loadtest.LoadCurve(p, 60)
	} else {
		s.Unclear = true
	}
	return s
}

// The size of the picture in its own units.
const (
	pictureWidth  = 360.0
	pictureHeight = 64.0
)

// outline returns the points of a line for value over time, scaled to the
// picture; "" when it is nothing but zero.
func outline(curve []loadtest.Point, value func(loadtest.Point) float64) string {
	if len(curve) == 0 {
		return ""
	}
	peak, end := 0.0, float64(curve[len(curve)-1].At)
	for _, p := range curve {
		peak = max(peak, value(p))
	}
	if peak == 0 || end == 0 {
		return ""
	}
	var b strings.Builder
	for _, p := range curve {
		x := float64(p.At) / end * pictureWidth
		y := pictureHeight - value(p)/peak*(pictureHeight-4)
		b.WriteString(fixed(x) + "," + fixed(y) + " ")
	}
	return strings.TrimSpace(b.String())
}

// area closes an outline along the ground.
func area(line string) string {
	return "0," + fixed(pictureHeight) + " " + line + " " + fixed(pictureWidth) + "," + fixed(pictureHeight)
}

func fixed(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func vus(p loadtest.Point) float64  { return p.VUs }
func rate(p loadtest.Point) float64 { return p.Rate }
