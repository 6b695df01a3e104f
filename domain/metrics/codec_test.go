package metrics_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

func exampleBatch() metrics.Batch {
	return metrics.Batch{
		Instance: "local-0", Seq: 7, SentAt: time.Unix(1750000000, 0).UTC(),
		Rollups: []metrics.Rollup{{
			Series: metrics.Series{Metric: metrics.HTTP, Name: "GET /한글/{id}", Method: "GET", Status: "200"},
			Second: 1750000000, Kind: metrics.Trend, Time: true, Count: 2, Sum: 3, Min: 1, Max: 2,
			Hist: record(1, 2).Encode(), Phases: &metrics.Phases{Waiting: 2.5},
		}},
		Logs:      []metrics.LogLine{{At: time.Unix(1750000000, 0).UTC(), Level: "info", Text: "hello"}},
		Heartbeat: &metrics.Heartbeat{CPU: 1.5, CPUs: 2, LoopLag: time.Millisecond},
		Final:     true,
	}
}

func encoded(t *testing.T, b metrics.Batch) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := metrics.EncodeBatch(&buf, b); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func zipped(t *testing.T, s string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestBatchSurvivesTheWire(t *testing.T) {
	want := exampleBatch()
	got, err := metrics.DecodeBatch(bytes.NewReader(encoded(t, want)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestDecodeBatchRefusesWhatIsNoBatch(t *testing.T) {
	noInstance, noSeq, badHist, badKind := exampleBatch(), exampleBatch(), exampleBatch(), exampleBatch()
	noInstance.Instance = ""
	noSeq.Seq = 0
	badHist.Rollups[0].Hist = []byte{1, 2, 3}
	badKind.Rollups[0].Kind = "histogram"
	whole := encoded(t, exampleBatch())
	for name, b := range map[string][]byte{
		"empty":       nil,
		"plain":       []byte("{}"),
		"no instance": encoded(t, noInstance),
		"no sequence": encoded(t, noSeq),
		"histogram":   encoded(t, badHist),
		"kind":        encoded(t, badKind),
		"cut":         whole[:len(whole)/2],
		"no JSON":     zipped(t, "hello"),
		"two":         zipped(t, `{"instance":"a","seq":1}{"instance":"a","seq":2}`),
		"a bomb":      zipped(t, `{"instance":"`+strings.Repeat("0", 1<<21)+`"}`),
	} {
		_, err := metrics.DecodeBatch(bytes.NewReader(b), 1<<20)
		if domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeBatchLimitsWhatItReads(t *testing.T) {
	endless := io.MultiReader(bytes.NewReader(encoded(t, exampleBatch())[:20]), neverEnding{})
	if _, err := metrics.DecodeBatch(endless, 1<<16); domain.CodeOf(err) != domain.Invalid {
		t.Fatalf("endless: %v", err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDecodeBatchPassesAReadersErrorOn(t *testing.T) {
	broken := errors.New("broken pipe")
	r := io.MultiReader(bytes.NewReader(encoded(t, exampleBatch())[:30]), iotest.ErrReader(broken))
	if _, err := metrics.DecodeBatch(r, 1<<20); !errors.Is(err, broken) {
		t.Fatalf("%v", err)
	}
}
