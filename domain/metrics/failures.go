package metrics

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxErrorGroups = 1000
	maxSamples     = 500
)

type failureKey struct{ operation, status, code, text string }

// failures groups failed requests.
type failures struct {
	groups  map[failureKey]*ErrorGroup
	samples map[[2]string]*Sample // the first by name and status
}

func newFailures() failures {
	return failures{groups: map[failureKey]*ErrorGroup{}, samples: map[[2]string]*Sample{}}
}

func (f *failures) add(r *Rollup, name, status string) {
	key := failureKey{name, status, r.Series.ErrorCode, r.Series.Error}
	g, ok := f.groups[key]
	if !ok && len(f.groups) >= maxErrorGroups {
		key = failureKey{operation: Other, status: status}
		g, ok = f.groups[key]
	}
	at := time.Unix(r.Second, 0).UTC()
	if !ok {
		text := key.text
		if text == "" {
			text = statusText(status)
		}
		g = &ErrorGroup{Operation: key.operation, Status: status, ErrorCode: key.code, Error: text, First: at, Last: at}
		f.groups[key] = g
	}
	g.Count += r.Failed
	if at.Before(g.First) {
		g.First = at
	}
	if at.After(g.Last) {
		g.Last = at
	}
}

func (f *failures) keep(s Sample) {
	key := [2]string{s.Name, s.Status}
	if _, known := f.samples[key]; !known && len(f.samples) < maxSamples {
		f.samples[key] = &s
	}
}

// snapshot returns the groups, most frequent first.
func (f *failures) snapshot() []ErrorGroup {
	out := make([]ErrorGroup, 0, len(f.groups))
	for _, g := range f.groups {
		v := *g
		v.Sample = f.samples[[2]string{g.Operation, g.Status}]
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b ErrorGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Operation, b.Operation),
			strings.Compare(a.Status, b.Status), strings.Compare(a.ErrorCode, b.ErrorCode), strings.Compare(a.Error, b.Error))
	})
	return out
}

// statusText returns the name of an HTTP status, such as "404 Not Found".
func statusText(status string) string {
	code, err := strconv.Atoi(status)
	if err != nil || code == 0 {
		return ""
	}
	return strings.TrimSpace(status + " " + http.StatusText(code))
}
