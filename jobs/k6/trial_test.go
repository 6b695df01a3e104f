package k6_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

func TestBuildTrialExample(t *testing.T) {
	p := loadtest.ForTrial(examplePlan(t)).WithDefaults(loadtest.Limits{})
	bundle, err := k6.BuildTrial(p, []netip.Prefix{netip.MustParsePrefix("169.254.0.0/16")}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "trial.plan.json", bundle.Files[k6.PlanFile])
	if got := string(bundle.Files[k6.ConfigFile]); got != `{"blacklistIPs":["169.254.0.0/16"]}`+"\n" {
		t.Errorf("configuration %s", got)
	}
	if len(bundle.Files) != 3 || !strings.Contains(string(bundle.Files[k6.ScriptFile]), "export function trial(") {
		t.Errorf("%d files", len(bundle.Files))
	}
}

type trialPlan struct {
	Scenarios []struct{ Steps []struct{ URL string } }
	Trial     struct {
		Keep  int
		Steps []struct {
			Scenario, Step int
			Slots          []struct{ Text string }
			URL            []any
		}
	}
}

// An address that was cut at its parameters is put together to what it was.
func TestAnAddressIsTheSumOfItsPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom(append([]string{"{a}", "{b}", "{a}", "slot", "slot~0~", "x{b}", "한", "{}", "{ a }"}, nasty...))
		s := loadtest.Step{Method: "GET", Path: "/" + strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "path"), "/")}
		for _, name := range loadtest.PathParams(s.Path) {
			s.Request.PathParams = append(s.Request.PathParams, loadtest.Param{
				Name: name, Value: rapid.SampledFrom(append([]string{"slot", "slot~1~", "slot-slot~0~"}, nasty...)).Draw(t, "value"), AllowReserved: rapid.Bool().Draw(t, "reserved"),
			})
		}
		s.Request.Query = []loadtest.Param{{Name: "slot~0~", Value: rapid.SampledFrom(nasty).Draw(t, "query")}}
		bundle, err := k6.BuildTrial(once("http://x/slot", s), nil, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var p trialPlan
		if err := json.Unmarshal(bundle.Files[k6.PlanFile], &p); err != nil {
			t.Fatal(err)
		}
		step := p.Trial.Steps[0]
		if len(step.Slots) == 0 {
			return // nothing to cut at
		}
		var whole strings.Builder
		for _, piece := range step.URL {
			switch piece := piece.(type) {
			case string:
				whole.WriteString(piece)
			case float64:
				whole.WriteString(step.Slots[int(piece)].Text)
			}
		}
		if want := p.Scenarios[0].Steps[0].URL; whole.String() != want {
			t.Errorf("%s of %s: %q, want %q", s.Path, fmt.Sprint(step.URL...), whole.String(), want)
		}
	})
}

// However many steps there are, what is kept of their answers is bounded.
func TestManyStepsKeepLessOfEach(t *testing.T) {
	for steps, want := range map[int]int{1: loadtest.MaxExchangeBody, 100: loadtest.MaxExchangeBody, 1000: 32 << 20 / 1000} {
		list := make([]loadtest.Step, steps)
		for i := range list {
			list[i] = step("GET", "/", 1)
		}
		bundle, err := k6.BuildTrial(once("http://x", list...), nil, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var p trialPlan
		if err := json.Unmarshal(bundle.Files[k6.PlanFile], &p); err != nil {
			t.Fatal(err)
		}
		if p.Trial.Keep != want {
			t.Errorf("%d steps keep %d bytes each, want %d", steps, p.Trial.Keep, want)
		}
	}
}

// Exchanges reads whatever a log holds without failing on what is not its own.
func TestExchangesOfALog(t *testing.T) {
	p := once("http://x", step("GET", "/a", 1))
	line := func(msg string) string {
		text, err := json.Marshal(map[string]string{"level": "info", "msg": msg})
		if err != nil {
			t.Fatal(err)
		}
		return string(text) + "\n"
	}
	good := line(`plog:exchange {"scenario":0,"step":0,"method":"GET","url":"http://x/a","status":204,"final":"http://x/a"}`)
	for name, c := range map[string]struct {
		log  string
		want int
		bad  bool
	}{
		"nothing":         {"", 0, false},
		"other lines":     {line("Request Failed") + "panic: no JSON\n" + good + "\n{}\n[1]\n", 1, false},
		"cut off":         {good + good[:40], 1, false},
		"not an exchange": {line("plog:exchange {"), 0, true},
		"unknown step":    {line(`plog:exchange {"scenario":0,"step":7}`), 0, true},
		"no such step":    {line(`plog:exchange {"scenario":-1,"step":0}`), 0, true},
	} {
		got, err := k6.Exchanges(p, []byte(c.log))
		if len(got) != c.want || (err != nil) != c.bad {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
