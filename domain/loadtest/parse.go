package loadtest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
)

var pathParam = regexp.MustCompile(`\{([^{}/?#]+)\}`)

// PathParams returns the names of the parameters in a path template, in order, each once.
func PathParams(template string) []string {
	var names []string
	for _, m := range pathParam.FindAllStringSubmatch(template, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// ParseStage reads "10s:50": to 50 within 10 seconds. Its error is Invalid.
func ParseStage(s string) (Stage, error) {
	bad := func() (Stage, error) {
		return Stage{}, domain.Errorf(domain.Invalid, "plan.rule.stage_text", "“{{.Text}}” is not a stage. Write it like 10s:50, a duration and a target.", "Text", s)
	}
	duration, target, ok := strings.Cut(s, ":")
	if !ok {
		return bad()
	}
	d, err := domain.ParseDuration(duration)
	if err != nil || d.Duration < 0 {
		return bad()
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(target), 64)
	if err != nil || !finite(n) || n < 0 {
		return bad()
	}
	return Stage{Duration: d, Target: n}, nil
}

// ParseRate reads "50/s", "3000/m", "10/h" or "50" as iterations per second. Its error is Invalid.
func ParseRate(s string) (float64, error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(s), "/")
	per := map[string]float64{"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}[strings.TrimSpace(unit)]
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !finite(n) || n < 0 || per == 0 {
		return 0, domain.Errorf(domain.Invalid, "plan.rule.rate_text", "“{{.Text}}” is not a rate. Write it like 50/s or 3000/m.", "Text", s)
	}
	return n / per, nil
}
