package metrics

import (
	"cmp"
	"slices"
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

// statusText returns an HTTP status with its name, such as "404 Not Found". It
// knows those that load tests meet; any other stands alone.
func statusText(status string) string {
	name := ""
	switch status {
	case "", "0":
		return ""
	case "400":
		name = "Bad Request"
	case "401":
		name = "Unauthorized"
	case "403":
		name = "Forbidden"
	case "404":
		name = "Not Found"
	case "405":
		name = "Method Not Allowed"
	case "406":
		name = "Not Acceptable"
	case "408":
		name = "Request Timeout"
	case "409":
		name = "Conflict"
	case "410":
		name = "Gone"
	case "413":
		name = "Request Entity Too Large"
	case "415":
		name = "Unsupported Media Type"
	case "422":
		name = "Unprocessable Entity"
	case "429":
		name = "Too Many Requests"
	case "500":
		name = "Internal Server Error"
	case "501":
		name = "Not Implemented"
	case "502":
		name = "Bad Gateway"
	case "503":
		name = "Service Unavailable"
	case "504":
		name = "Gateway Timeout"
	}
	return strings.TrimSpace(status + " " + name)
}
