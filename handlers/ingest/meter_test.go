package ingest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/handlers/ingest"
)

func TestMeterCountsWhatBecomesOfBatches(t *testing.T) {
	h := &fakeHub{}
	m := ingest.NewMeter(h)
	batch := metrics.Batch{Instance: "0", Seq: 1, Rollups: make([]metrics.Rollup, 3)}
	full := domain.Errorf(domain.Unavailable, "", "the disk is full")
	for _, err := range []error{nil, nil, metrics.ErrOver, full, domain.Errorf(domain.Invalid, "", "nonsense")} {
		h.err = err
		if reply, got := m.Ingest(t.Context(), "r1", batch); got != err || reply.Ack != 1 { //nolint:errorlint // passed on as it is
			t.Errorf("%+v, %v, want %v", reply, got, err)
		}
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m)
	rec := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	for _, line := range []string{
		`plog_ingest_batches_total{result="failed"} 1`, `plog_ingest_batches_total{result="over"} 1`,
		`plog_ingest_batches_total{result="refused"} 1`, `plog_ingest_batches_total{result="taken"} 2`, "plog_ingest_rollups_total 6",
	} {
		if !strings.Contains(rec.Body.String(), line+"\n") {
			t.Errorf("no %s in\n%s", line, rec.Body)
		}
	}
}
