package analysis

import (
	"slices"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

const (
	parts      = 3   // the run's measured seconds are compared by thirds
	minSeconds = 12  // below this the thirds say little
	slower     = 1.5 // the last third's p95 over the first's
	flat       = 1.1 // the last third's TPS over the first's
)

// saturation finds the simple form of a knee: from the first third of the run
// to the last, response times rose while throughput did not, with as much or
// more load offered.
func saturation(in input) []Finding {
	points := slices.DeleteFunc(slices.Clone(in.s.Points), func(p metrics.Point) bool { return p.P95 == nil || p.VUs == nil })
	if len(points) < minSeconds {
		return nil
	}
	n := len(points) / parts
	first, last := meanOf(points[:n]), meanOf(points[len(points)-n:])
	if first.tps == 0 || first.p95 == 0 || first.vus == 0 {
		return nil
	}
	if last.p95 < slower*first.p95 || last.tps > flat*first.tps || last.vus < first.vus {
		return nil
	}
	return []Finding{{
		Kind: "saturation", Severity: Warn,
		Title: domain.Msg("finding.saturation.title", "More load brought longer waits, not more throughput"),
		Detail: domain.Msg("finding.saturation.detail",
			"From the first third of the run to the last, p95 went from {{.P95From}} to {{.P95To}} ms while throughput went from {{.TPSFrom}} to {{.TPSTo}} requests per second. The target was at its limit.",
			"P95From", round1(first.p95), "P95To", round1(last.p95), "TPSFrom", round1(first.tps), "TPSTo", round1(last.tps)),
		Evidence: map[string]any{
			"p95_first_ms": first.p95, "p95_last_ms": last.p95, "tps_first": first.tps, "tps_last": last.tps,
			"vus_first": first.vus, "vus_last": last.vus,
		},
	}}
}

// means are of the seconds' figures; the p95 among them only indicates a
// trend, it is not the p95 of the time span.
type means struct{ tps, p95, vus float64 }

func meanOf(points []metrics.Point) means {
	var m means
	for _, p := range points {
		m.tps += float64(p.Requests)
		m.p95 += *p.P95
		m.vus += *p.VUs
	}
	n := float64(len(points))
	return means{m.tps / n, m.p95 / n, m.vus / n}
}

func round1(f float64) float64 { return percent(f / 100) }
