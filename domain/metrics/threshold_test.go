package metrics_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

func TestParseThreshold(t *testing.T) {
	for _, tt := range []struct {
		metric, expression string
		want               metrics.Threshold
	}{
		{"http_req_duration", "p(95)<500", metrics.Threshold{
			Metric: "http_req_duration", Aggregation: metrics.Percentile, Percent: 95, Operator: metrics.Less, Limit: 500}},
		{"http_req_duration{name:GET /pets/{id}}", " p(99.9) <= 1.5e3 ", metrics.Threshold{
			Metric: "http_req_duration", Tags: []metrics.Tag{{Key: "name", Value: "GET /pets/{id}"}},
			Aggregation: metrics.Percentile, Percent: 99.9, Operator: metrics.LessEqual, Limit: 1500}},
		{"http_reqs{ scenario:main, status:200 }", "rate>100", metrics.Threshold{
			Metric: "http_reqs", Tags: []metrics.Tag{{Key: "scenario", Value: "main"}, {Key: "status", Value: "200"}},
			Aggregation: metrics.RateOf, Operator: metrics.Greater, Limit: 100}},
		{"http_req_waiting{name:GET /a,b}", "max!=0", metrics.Threshold{
			Metric: "http_req_waiting", Tags: []metrics.Tag{{Key: "name", Value: "GET /a,b"}},
			Aggregation: metrics.Max, Operator: metrics.NotEqual}},
		{`http_reqs{status:"200"}`, "count>1", metrics.Threshold{
			Metric: "http_reqs", Tags: []metrics.Tag{{Key: "status", Value: "200"}},
			Aggregation: metrics.Count, Operator: metrics.Greater, Limit: 1}},
		{"group_duration{group:::my group}", "med===3", metrics.Threshold{
			Metric: "group_duration", Tags: []metrics.Tag{{Key: "group", Value: "::my group"}},
			Aggregation: metrics.Med, Operator: metrics.Equal, Limit: 3}},
		{"http_req_failed", "rate==0", metrics.Threshold{Metric: "http_req_failed", Aggregation: metrics.RateOf, Operator: metrics.Equal}},
		{"vus", "value>=10", metrics.Threshold{Metric: "vus", Aggregation: metrics.Value, Operator: metrics.GreaterEqual, Limit: 10}},
		{"my_metric", "count<1", metrics.Threshold{Metric: "my_metric", Aggregation: metrics.Count, Operator: metrics.Less, Limit: 1}},
	} {
		got, err := metrics.ParseThreshold(tt.metric, tt.expression)
		if err != nil {
			t.Errorf("%s %s: %v", tt.metric, tt.expression, err)
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s %s: %s", tt.metric, tt.expression, d)
		}
	}
}

func TestParseThresholdSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ metric, expression, key string }{
		{"http_req_duration", "", "metrics.threshold.expression"},
		{"http_req_duration", "p(95)", "metrics.threshold.expression"},
		{"http_req_duration", "p(95)=500", "metrics.threshold.expression"},
		{"http_req_duration", "<500", "metrics.threshold.expression"},
		{"http_req_duration", "p(95)<500ms", "metrics.threshold.limit"},
		{"http_req_duration", "p(95)<NaN", "metrics.threshold.limit"},
		{"http_req_duration", "p(95)<500 && avg<3", "metrics.threshold.limit"},
		{"http_req_duration", "p(101)<500", "metrics.threshold.percentile"},
		{"http_req_duration", "p(95<500", "metrics.threshold.percentile"},
		{"http_req_duration", "p95<500", "metrics.threshold.figure"},
		{"http_req_duration", "rate<5", "metrics.threshold.aggregation"},
		{"http_req_failed", "p(95)<5", "metrics.threshold.aggregation"},
		{"http_reqs", "avg<5", "metrics.threshold.aggregation"},
		{"vus", "max<5", "metrics.threshold.aggregation"},
		{"http_request_duration", "avg<5", "metrics.threshold.unknown"},
		{"GET /pets", "avg<5", "metrics.threshold.metric"},
		{"", "avg<5", "metrics.threshold.metric"},
		{"http_req_duration{name:GET /pets", "avg<5", "metrics.threshold.tags"},
		{"http_req_duration{name}", "avg<5", "metrics.threshold.tags"},
		{"http_req_duration{}", "avg<5", "metrics.threshold.tags"},
		{"http_req_duration{url:http://a}", "avg<5", "metrics.threshold.tag"},
	} {
		_, err := metrics.ParseThreshold(tt.metric, tt.expression)
		var e *domain.Error
		if !errors.As(err, &e) || e.Code != domain.Invalid || e.Message.Key != tt.key {
			t.Errorf("%s %s: %v, want %s", tt.metric, tt.expression, err, tt.key)
		}
	}
}

func TestSplitThreshold(t *testing.T) {
	for _, tt := range []struct{ in, metric, expression string }{
		{"p(95)<500", "http_req_duration", "p(95)<500"},
		{"http_req_failed:rate<0.01", "http_req_failed", "rate<0.01"},
		{"http_req_failed: rate<0.01", "http_req_failed", "rate<0.01"},
		{"http_req_duration{name:GET /pets/{id}}:p(95)<500", "http_req_duration{name:GET /pets/{id}}", "p(95)<500"},
		{"http_reqs{name:http://a:80/{x},status:200} : count>1", "http_reqs{name:http://a:80/{x},status:200}", "count>1"},
	} {
		metric, expression := metrics.SplitThreshold(tt.in)
		if metric != tt.metric || expression != tt.expression {
			t.Errorf("%s: %q %q", tt.in, metric, expression)
		}
	}
}

func TestThresholdMatchesItsSubMetric(t *testing.T) {
	series := metrics.Series{Metric: metrics.HTTP, Scenario: "main", Name: "GET /pets/{id}", Status: "200",
		Expected: "true", Tags: "team=red\x1fzone=a"}
	for metric, want := range map[string]bool{
		"http_req_duration":                                 true,
		"http_reqs{name:GET /pets/{id}}":                    true,
		"http_reqs{expected_response:true,scenario:main}":   true,
		"http_reqs{team:red}":                               true,
		"http_reqs{team:red,zone:b}":                        false,
		"http_reqs{status:404}":                             false,
		"http_reqs{check:x}":                                false,
		"http_reqs{absent:x}":                               false,
		"iterations":                                        false,
		"http_req_failed{name:GET /pets/{id},method:WRONG}": false,
	} {
		expression := "rate>1"
		if metric == "http_req_duration" {
			expression = "avg>1"
		}
		th, err := metrics.ParseThreshold(metric, expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := th.Matches(series); got != want {
			t.Errorf("%s: %v", metric, got)
		}
	}
}

func TestThresholdTrendsAreThoseBesideTheDuration(t *testing.T) {
	got := metrics.ThresholdTrends([]loadtest.Threshold{
		{Metric: "http_req_duration", Expression: "avg<1"},
		{Metric: "http_req_waiting{name:a}", Expression: "p(95)<1"},
		{Metric: "http_req_waiting", Expression: "p(99)<1"},
		{Metric: "http_reqs", Expression: "count>1"},
		{Metric: "my_trend", Expression: "avg<1"},
	})
	if d := cmp.Diff([]string{"http_req_waiting"}, got); d != "" {
		t.Fatal(d)
	}
}

func FuzzParseThreshold(f *testing.F) {
	f.Add("http_req_duration{name:GET /pets/{id}}:p(95)<500")
	f.Fuzz(func(t *testing.T, s string) {
		th, err := metrics.ParseThreshold(metrics.SplitThreshold(s))
		if err != nil && domain.CodeOf(err) != domain.Invalid {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil && th.Metric == "" {
			t.Fatalf("%q: nothing parsed", s)
		}
	})
}
