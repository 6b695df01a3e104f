package analysis

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

const (
	busyCPU = 0.85                   // mean share of its cores from which a generator delays requests itself
	lateLag = 500 * time.Millisecond // at worst; a response time was off by as much
)

func generatorSaturated(in input) []Finding {
	g := in.s.Generator
	if g.CPUMean <= busyCPU && g.LoopLagMax < lateLag {
		return nil
	}
	severity := Warn
	if g.CPUMean > busyCPU {
		severity = Bad
	}
	return []Finding{{
		Kind: "generator_saturated", Severity: severity,
		Title: domain.Msg("finding.generator_saturated.title", "The load generator itself was at its limit"),
		Detail: domain.Msg("finding.generator_saturated.detail",
			"k6 used {{.Mean}} % of its {{.CPUs}} CPU cores on average and {{.CPU}} % at most, and was up to {{.Lag}} ms late. "+
				"Response times include that delay. Generate less load, or use a larger machine.",
			"Mean", percent(g.CPUMean), "CPU", percent(g.CPUMax), "CPUs", g.CPUs, "Lag", g.LoopLagMax.Milliseconds()),
		Evidence: map[string]any{"cpu_mean": g.CPUMean, "cpu_max": g.CPUMax, "cpus": g.CPUs, "loop_lag_max_ms": float64(g.LoopLagMax) / float64(time.Millisecond)},
	}}
}

func lostSamples(in input) []Finding {
	g := in.s.Generator
	if g.LostSamples == 0 && g.LostSeries == 0 {
		return nil
	}
	return []Finding{{
		Kind: "samples_lost", Severity: Bad,
		Title: domain.Msg("finding.samples_lost.title", "Some measurements were lost"),
		Detail: domain.Msg("finding.samples_lost.detail",
			"{{.Lost}} samples could not be kept and {{.Folded}} were counted without their name. The figures are lower than what was sent.",
			"Lost", g.LostSamples, "Folded", g.LostSeries),
		Evidence: map[string]any{"lost_samples": g.LostSamples, "lost_series": g.LostSeries},
	}}
}

func droppedIterations(in input) []Finding {
	dropped, done := in.s.Overall.Dropped, in.s.Overall.Iterations
	if dropped == 0 {
		return nil
	}
	share := ratio(dropped, dropped+done)
	severity := Warn
	if share >= 0.05 {
		severity = Bad
	}
	return []Finding{{
		Kind: "dropped_iterations", Severity: severity,
		Title: domain.Msg("finding.dropped_iterations.title", "The planned rate was not reached"),
		Detail: domain.Msg("finding.dropped_iterations.detail",
			"{{.Dropped}} of {{.Planned}} iterations ({{.Share}} %) were not started because no virtual user was free. "+
				"The target answered too slowly for {{.VUs}} VUs; the true load was lower than planned.",
			"Dropped", dropped, "Planned", dropped+done, "Share", percent(share), "VUs", in.s.Overall.VUsMax),
		Evidence: map[string]any{"dropped": dropped, "iterations": done, "share": share, "vus_max": in.s.Overall.VUsMax},
	}}
}

// sharedMachine says that the target is on the generator's machine: no fault,
// but the two take CPU from each other.
func sharedMachine(in input) []Finding {
	u, err := url.Parse(in.run.Plan.BaseURL)
	if err != nil || !loopback(u.Hostname()) || in.s.Overall.Requests == 0 {
		return nil
	}
	return []Finding{{
		Kind: "shared_machine", Severity: Info,
		Title: domain.Msg("finding.shared_machine.title", "Target and load generator share one machine"),
		Detail: domain.Msg("finding.shared_machine.detail",
			"{{.Host}} is this machine ({{.CPUs}} CPU cores). Both need its CPU, so the target could do more on a machine of its own.",
			"Host", u.Host, "CPUs", max(in.run.Env.CPUs, in.s.Generator.CPUs)),
		Evidence: map[string]any{"base_url": u.Scheme + "://" + u.Host, "generator_cpu_max": in.s.Generator.CPUMax},
	}}
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}

func scriptErrors(in input) []Finding {
	var lines []metrics.LogLine
	for _, l := range in.logs {
		if l.Level == "error" && exception(l.Text) {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []Finding{{
		Kind: "script_errors", Severity: Bad,
		Title: domain.Msg("finding.script_errors.title", "The script threw errors"),
		Detail: domain.Msg("finding.script_errors.detail",
			"{{.Count}} log lines report an exception; iterations ended early. The first: {{.First}}",
			"Count", len(lines), "First", clip(lines[0].Text, 300)),
		Evidence: map[string]any{"count": len(lines), "first": clip(lines[0].Text, 1000), "at": lines[0].At},
	}}
}

// exception tells how k6 logs an iteration that threw from lines a script
// wrote itself.
func exception(text string) bool {
	for _, mark := range []string{"Uncaught", "TypeError:", "ReferenceError:", "RangeError:", "SyntaxError:", "GoError:", "\n\tat ", " at file://", "running at"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
