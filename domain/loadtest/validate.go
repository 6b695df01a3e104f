package loadtest

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plog.dev/plog/domain"
)

// Validate returns nil when k6 can carry p out within the limits l, else an
// Invalid domain.Error whose Fields say what is wrong, each by its path in the
// form, such as "scenarios.0.vus". It wants a plan WithDefaults.
func (p Plan) Validate(l Limits) error {
	v := &validator{limits: l}
	v.name("name", p.Name)
	v.baseURL("base_url", p.BaseURL)
	for i, h := range p.Headers {
		field := fmt.Sprintf("headers.%d", i)
		v.header(field, h.Name, h.Value)
		if h.Secret && h.Value == Mask {
			v.Add(field+".value", "plan.rule.masked",
				"The value of {{.Name}} was hidden when this plan was written. Type it again.", "Name", h.Name)
		}
	}
	v.auth(p.Auth)
	v.scenarios(p)
	for i, t := range p.Thresholds {
		v.threshold(fmt.Sprintf("thresholds.%d", i), t)
	}
	v.options("options", p.Options)
	return v.Err("plan.rule.invalid", "The plan cannot run as it is. Correct the marked fields.")
}

type validator struct {
	domain.Violations
	limits Limits
}

func (v *validator) name(field, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		v.Add(field, "plan.rule.name", "Give it a name.")
	case utf8.RuneCountInString(name) > 200:
		v.Add(field, "plan.rule.name_long", "Shorten the name to 200 characters.")
	case !printable(name):
		v.Add(field, "plan.rule.unprintable", "Remove line breaks and control characters.")
	}
}

func (v *validator) baseURL(field, raw string) {
	if raw == "" {
		v.Add(field, "plan.rule.base_url", "Say where the requests go, such as http://127.0.0.1:8090.")
		return
	}
	u, err := url.Parse(raw)
	switch {
	case strings.Contains(raw, "://") && err != nil, !printable(raw):
		v.Add(field, "plan.rule.base_url_broken", "“{{.URL}}” is not an address. Write it like http://127.0.0.1:8090.", "URL", raw)
	case err != nil, u.Scheme != "http" && u.Scheme != "https":
		v.Add(field, "plan.rule.base_url_scheme", "Start the address with http:// or https://, such as http://{{.Rest}}.",
			"Rest", strings.TrimLeft(raw[strings.LastIndex(raw, "://")+1:], ":/"))
	case u.Hostname() == "":
		v.Add(field, "plan.rule.base_url_host", "The address has no host. Write it like http://127.0.0.1:8090.")
	case !validPort(u):
		v.Add(field, "plan.rule.base_url_port", "The port must be a number from 1 to 65535.")
	case u.User != nil:
		v.Add(field, "plan.rule.base_url_user",
			"Take user and password out of the address and send them as an Authorization header marked secret.")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.Add(field, "plan.rule.base_url_query", "Take everything from “?” or “#” on out of the address; add query parameters to the steps.")
	}
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n > 0 && n <= 65535
}

func (v *validator) scenarios(p Plan) {
	switch n := len(p.Scenarios); {
	case n == 0:
		v.Add("scenarios", "plan.rule.scenarios", "Choose at least one operation.")
		return
	case n > maxScenarios:
		v.Add("scenarios", "plan.rule.scenarios_many", "A plan has at most {{.Max}} scenarios; this one has {{.Count}}.", "Max", maxScenarios, "Count", n)
		return
	}
	first := map[string]int{}
	for i, s := range p.Scenarios {
		field := fmt.Sprintf("scenarios.%d", i)
		v.scenario(field, s)
		if j, twice := first[s.Name]; twice {
			v.Add(field+".name", "plan.rule.scenario_twice", "Scenario {{.Other}} is called “{{.Name}}” too. Choose another name.", "Name", s.Name, "Other", j+1)
		} else {
			first[s.Name] = i
		}
	}
	if v.Err("", "") != nil {
		return
	}
	if sum := p.Estimate().PeakVUs; sum > v.limits.maxVUs() {
		v.tooManyVUs("scenarios", sum)
	}
	if d := Planned(p); d > v.limits.maxDuration() {
		v.tooLong("scenarios", d)
	}
	v.variants(p)
}

func (v *validator) threshold(field string, t Threshold) {
	if t.Expression == "" {
		v.Add(field+".expression", "plan.rule.threshold", "Write a limit, such as p(95)<500.")
		return
	}
	if t.DelayAbort.Duration < 0 {
		v.Add(field+".delay_abort", "plan.rule.negative_time", "A time cannot be negative.")
	}
	if v.limits.CheckThreshold == nil {
		return
	}
	err := v.limits.CheckThreshold(t)
	if err == nil {
		return
	}
	var known *domain.Error
	switch {
	case !errors.As(err, &known):
		v.Add(field+".expression", "plan.rule.threshold_wrong", "“{{.Expression}}” cannot be read: {{.Error}}.", "Expression", t.Expression, "Error", err.Error())
	case len(known.Fields) > 0:
		for _, f := range known.Fields {
			v.Note(field+"."+f.Field, f.Message)
		}
	default:
		v.Note(field+".expression", known.Message)
	}
}

func (v *validator) options(field string, o Options) {
	switch d := o.Timeout.Duration; {
	case d < 0:
		v.Add(field+".timeout", "plan.rule.negative_time", "A time cannot be negative.")
	case d > 0 && d < time.Millisecond:
		v.Add(field+".timeout", "plan.rule.timeout_short", "Give each request at least 1ms.")
	case d > 10*time.Minute:
		v.Add(field+".timeout", "plan.rule.timeout_long", "Give each request at most 10m.")
	}
	if r := o.MaxRedirects; r != nil && (*r < 0 || *r > 100) {
		v.Add(field+".max_redirects", "plan.rule.redirects", "Follow from 0 to 100 redirects.")
	}
}

func (v *validator) tooManyVUs(field string, n int) {
	v.Add(field, "plan.rule.vus_many",
		"{{.Count}} virtual users are more than the {{.Max}} this PLOG allows. Use fewer, or raise K6_MAX_VUS.",
		"Count", n, "Max", v.limits.maxVUs())
}

func (v *validator) tooLong(field string, d time.Duration) {
	v.Add(field, "plan.rule.long", "{{.Duration}} is longer than a run may last, {{.Max}}.", "Duration", short(d), "Max", short(v.limits.maxDuration()))
}

// short writes 24h0m0s as 24h.
func short(d time.Duration) string {
	s := d.Round(time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
