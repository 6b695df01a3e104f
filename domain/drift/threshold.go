package drift

import (
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// thresholds returns the plan's thresholds with the labels of steps as they are
// now; those of steps that are gone are left out.
func thresholds(plan loadtest.Plan, renamed map[string]string) []loadtest.Threshold {
	there := map[string]bool{}
	for _, scenario := range plan.Scenarios {
		for _, step := range scenario.Steps {
			there[step.Label()] = true
		}
	}
	var all []loadtest.Threshold
	for _, t := range plan.Thresholds {
		label := labelOf(t)
		now, changed := renamed[label]
		switch {
		case !changed || there[label]:
		case now == "":
			continue
		default:
			t.Metric = strings.Replace(t.Metric, label, now, 1)
		}
		all = append(all, t)
	}
	return all
}

// labelOf returns the label of the step that a threshold is about; "" when it is
// about no single one.
func labelOf(t loadtest.Threshold) string {
	parsed, err := metrics.ParseThreshold(t.Metric, t.Expression)
	if err != nil {
		return ""
	}
	for _, tag := range parsed.Tags {
		if tag.Key == "name" {
			return tag.Value
		}
	}
	return ""
}
