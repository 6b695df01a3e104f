package truth_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plog.dev/plog/cmd/sampleapi/truth"
)

func record(o *truth.Operation, durations ...int64) {
	for _, d := range durations {
		o.Arrive()
		o.Finish(truth.Sample{Status: 200, Duration: time.Duration(d)})
	}
}

// nearestRank is the definition, in exact arithmetic: the ⌈p·n⌉-th of n values; p in thousandths.
func nearestRank(ascending []int64, thousandths int64) int64 {
	n := big.NewInt(thousandths * int64(len(ascending)))
	rank := new(big.Int).Div(n.Add(n, big.NewInt(999)), big.NewInt(1000)).Int64()
	return ascending[rank-1]
}

func TestFiguresAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 3000).Draw(t, "values")
		r := truth.NewRecorder([]string{"GET /a"}, len(values))
		record(r.Operation("GET /a"), values...)

		var raw, want bytes.Buffer
		if err := r.Operation("GET /a").WriteRaw(&raw); err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, v := range values {
			sum += v
			fmt.Fprintln(&want, v)
		}
		if raw.String() != want.String() {
			t.Fatal("the raw samples are not those that were recorded")
		}
		slices.Sort(values)
		summary := truth.Summary{
			Count: int64(len(values)), Min: values[0], Max: values[len(values)-1], Sum: sum,
			P50: nearestRank(values, 500), P90: nearestRank(values, 900), P95: nearestRank(values, 950),
			P99: nearestRank(values, 990), P999: nearestRank(values, 999),
		}
		report := r.Report()
		if diff := cmp.Diff(summary, report.Operations[0].Latency); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(report.Operations[0], report.Overall, cmpopts.IgnoreFields(truth.Figures{}, "Operation")); diff != "" {
			t.Fatalf("one operation (-) is not all (+):\n%s", diff)
		}
	})
}

func TestBeyondTheLimitCountsStayExact(t *testing.T) {
	r := truth.NewRecorder([]string{"GET /a", "GET /b"}, 3)
	record(r.Operation("GET /a"), 5, 6)
	record(r.Operation("GET /b"), 1, 9, 100)
	report := r.Report()
	want := truth.Summary{Count: 5, Min: 1, Max: 100, Sum: 121, P50: 5, P90: 6, P95: 6, P99: 6, P999: 6}
	if diff := cmp.Diff(want, report.Overall.Latency); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if report.SamplesKept != 3 || report.SamplesDropped != 2 {
		t.Errorf("%d kept, %d dropped", report.SamplesKept, report.SamplesDropped)
	}
	r.Reset()
	record(r.Operation("GET /b"), 4, 4, 4)
	if report := r.Report(); report.SamplesKept != 3 || report.SamplesDropped != 0 || report.Overall.Count != 3 {
		t.Errorf("after the reset: %+v", report)
	}
}

func TestManyAtOnce(t *testing.T) {
	r := truth.NewRecorder([]string{"GET /a"}, truth.DefaultLimit)
	o := r.Operation("GET /a")
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for n := range 2000 {
				record(o, int64(n))
			}
		})
	}
	for range 5 {
		if report := r.Report(); report.Overall.Count != report.SamplesKept {
			t.Errorf("%d counted, %d kept", report.Overall.Count, report.SamplesKept)
		}
	}
	writers.Wait()
	if report := r.Report(); report.Overall.Count != 16000 || report.InFlight != 0 {
		t.Errorf("%d counted, %d in flight", report.Overall.Count, report.InFlight)
	}
}
