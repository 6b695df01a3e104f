package plogout

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"go.k6.io/k6/lib/netext/httpext"
	k6metrics "go.k6.io/k6/metrics"

	"plog.dev/plog/domain/metrics"
)

const (
	// maxSeries bounds what a run tells apart; samples of further series are
	// folded together.
	maxSeries = 5000
	// maxRoutes bounds the memory of which tags mean which series. Tags that
	// differ with every request would fill it: then it starts anew.
	maxRoutes = 20000
	maxErrors = 100 // distinct error texts
	maxText   = 256 // bytes of a tag's value
)

// slot numbers a series from 0 in the order of first sight.
type slot int

// route says where samples of one metric and tag set go.
type route struct {
	left   bool // setup and teardown are no load
	folded bool
	slot   slot
	trends []slot // of an HTTP route: those of config.trends
}

// directory numbers series and remembers where each of k6's time series goes.
type directory struct {
	routes map[k6metrics.TimeSeries]*route // the zero Metric is a whole HTTP request
	slots  map[metrics.Series]slot
	known  []seriesInfo
	errors map[string]bool
	trends []string
	mask   *strings.Replacer
}

type seriesInfo struct {
	series metrics.Series
	kind   metrics.Kind
	time   bool
}

func newDirectory(trends []string, mask *strings.Replacer) *directory {
	return &directory{
		routes: map[k6metrics.TimeSeries]*route{},
		slots:  map[metrics.Series]slot{},
		errors: map[string]bool{},
		trends: trends,
		mask:   mask,
	}
}

// request returns the route of HTTP requests with these tags. k6 interns tag
// sets, so that the pointer tells them apart.
func (d *directory) request(tags *k6metrics.TagSet) *route {
	key := k6metrics.TimeSeries{Tags: tags}
	if r, ok := d.routes[key]; ok {
		return r
	}
	r := &route{}
	s, left := d.seriesOf(metrics.HTTP, tags)
	if r.left = left; !left {
		r.slot, r.folded = d.number(s, metrics.Trend, true)
		for _, name := range d.trends {
			s.Metric = name
			n, _ := d.number(s, metrics.Trend, true)
			r.trends = append(r.trends, n)
		}
	}
	d.remember(key, r)
	return r
}

// sample returns the route of samples of one time series.
func (d *directory) sample(ts k6metrics.TimeSeries) *route {
	if r, ok := d.routes[ts]; ok {
		return r
	}
	r := &route{}
	s, left := d.seriesOf(ts.Metric.Name, ts.Tags)
	kind := kindOf(ts.Metric.Type)
	if r.left = left || kind == "" || partOfRequest(ts.Metric.Name); !r.left {
		r.slot, r.folded = d.number(s, kind, ts.Metric.Contains == k6metrics.Time)
	}
	d.remember(ts, r)
	return r
}

func (d *directory) remember(key k6metrics.TimeSeries, r *route) {
	if len(d.routes) >= maxRoutes {
		clear(d.routes)
	}
	d.routes[key] = r
}

// number returns the slot of s, or the one it is folded into.
func (d *directory) number(s metrics.Series, k metrics.Kind, isTime bool) (n slot, folded bool) {
	if n, ok := d.slots[s]; ok {
		return n, false
	}
	if len(d.known) >= maxSeries {
		if other := fold(s); other != s {
			n, _ := d.number(other, k, isTime)
			return n, true
		}
	}
	n = slot(len(d.known))
	d.known = append(d.known, seriesInfo{s, k, isTime})
	d.slots[s] = n
	return n, false
}

// fold returns what s becomes when there are too many series: few in all.
func fold(s metrics.Series) metrics.Series {
	f := metrics.Series{Metric: s.Metric, Scenario: s.Scenario}
	if s.Name != "" {
		f.Name, f.Status, f.Expected = metrics.Other, s.Status, s.Expected
	}
	if s.Check != "" {
		f.Check = metrics.Other
	}
	return f
}

// seriesOf returns the series that samples with these tags belong to; left is
// true for setup and teardown.
func (d *directory) seriesOf(metric string, tags *k6metrics.TagSet) (s metrics.Series, left bool) {
	s.Metric = metric
	if tags == nil {
		return s, false
	}
	var own []string
	for k, v := range tags.Map() {
		if k == "error" {
			v = d.mask.Replace(v)
		}
		v = clip(v, maxText)
		switch k {
		case "scenario":
			s.Scenario = v
		case "group":
			s.Group = v
		case "name":
			s.Name = v
		case "method":
			s.Method = v
		case "status":
			s.Status = v
		case "expected_response":
			s.Expected = v
		case "error_code":
			s.ErrorCode = v
		case "error":
			s.Error = d.errorText(v)
		case "check":
			s.Check = v
		default:
			if metrics.KeptTag(k) {
				own = append(own, k+"="+v)
			}
		}
	}
	slices.Sort(own)
	s.Tags = strings.Join(own, metrics.TagSeparator)
	return s, metrics.Unmeasured(s.Group)
}

// localAddress is what differs from one broken connection to the next.
var localAddress = regexp.MustCompile(`(\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\]):\d+->`)

// errorText bounds the variety of error texts.
func (d *directory) errorText(v string) string {
	v = localAddress.ReplaceAllString(v, "")
	if !d.errors[v] {
		if len(d.errors) >= maxErrors {
			return metrics.Other
		}
		d.errors[v] = true
	}
	return v
}

// clip cuts s to at most n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

func kindOf(t k6metrics.MetricType) metrics.Kind {
	switch t {
	case k6metrics.Counter:
		return metrics.Counter
	case k6metrics.Gauge:
		return metrics.Gauge
	case k6metrics.Rate:
		return metrics.Rate
	case k6metrics.Trend:
		return metrics.Trend
	}
	return ""
}

// partOfRequest reports whether metric is told by the rollups of whole requests.
func partOfRequest(metric string) bool {
	switch metric {
	case k6metrics.HTTPReqsName, k6metrics.HTTPReqFailedName, k6metrics.HTTPReqDurationName:
		return true
	}
	return phaseOf(metric) != nil
}

// phaseOf returns how to read the part of a request that metric measures, nil
// for any other metric.
func phaseOf(metric string) func(*httpext.Trail) time.Duration {
	switch metric {
	case k6metrics.HTTPReqBlockedName:
		return func(t *httpext.Trail) time.Duration { return t.Blocked }
	case k6metrics.HTTPReqConnectingName:
		return func(t *httpext.Trail) time.Duration { return t.Connecting }
	case k6metrics.HTTPReqTLSHandshakingName:
		return func(t *httpext.Trail) time.Duration { return t.TLSHandshaking }
	case k6metrics.HTTPReqSendingName:
		return func(t *httpext.Trail) time.Duration { return t.Sending }
	case k6metrics.HTTPReqWaitingName:
		return func(t *httpext.Trail) time.Duration { return t.Waiting }
	case k6metrics.HTTPReqReceivingName:
		return func(t *httpext.Trail) time.Duration { return t.Receiving }
	}
	return nil
}
