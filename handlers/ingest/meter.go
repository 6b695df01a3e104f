package ingest

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

// Meter is a Hub that counts for Prometheus what goes through it.
type Meter struct {
	Hub
	batches *prometheus.CounterVec
	rollups prometheus.Counter
}

var _ prometheus.Collector = (*Meter)(nil)

// NewMeter returns a Meter around h.
func NewMeter(h Hub) *Meter {
	return &Meter{
		Hub: h,
		batches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "plog_ingest_batches_total", Help: "Batches that load generators sent, by what became of them; resent ones count again.",
		}, []string{"result"}),
		rollups: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "plog_ingest_rollups_total", Help: "Rollups in the batches that were taken.",
		}),
	}
}

// Ingest implements Hub.
func (m *Meter) Ingest(ctx context.Context, run domain.RunID, batch metrics.Batch) (metrics.Reply, error) {
	reply, err := m.Hub.Ingest(ctx, run, batch)
	m.batches.WithLabelValues(result(err)).Inc()
	if err == nil {
		m.rollups.Add(float64(len(batch.Rollups)))
	}
	return reply, err
}

func result(err error) string {
	switch {
	case err == nil:
		return "taken"
	case errors.Is(err, metrics.ErrOver):
		return "over"
	case domain.CodeOf(err) == domain.NotFound, domain.CodeOf(err) == domain.Invalid:
		return "refused"
	}
	return "failed"
}

// Describe implements prometheus.Collector.
func (m *Meter) Describe(ch chan<- *prometheus.Desc) {
	m.batches.Describe(ch)
	m.rollups.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Meter) Collect(ch chan<- prometheus.Metric) {
	m.batches.Collect(ch)
	m.rollups.Collect(ch)
}
