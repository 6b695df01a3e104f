package loadtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/domain/loadtest"
)

func textVariants(n, size int) []loadtest.Request {
	return slices.Repeat([]loadtest.Request{{Body: &loadtest.Body{Kind: loadtest.BodyRaw, Text: strings.Repeat("x", size)}}}, n)
}

func total(steps []loadtest.Step) (bytes, count int) {
	for _, s := range steps {
		count += len(s.Variants)
		for _, r := range s.Variants {
			bytes += r.Size()
		}
	}
	return bytes, count
}

func TestVariantsFitIntoAPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := make([]loadtest.Step, rapid.IntRange(0, 5).Draw(t, "steps"))
		for i := range steps {
			steps[i].Variants = textVariants(rapid.IntRange(0, 60).Draw(t, "variants"), rapid.IntRange(0, 200_000).Draw(t, "size"))
		}
		was, before := total(steps)
		p := loadtest.Plan{Scenarios: []loadtest.Scenario{{Steps: steps[:len(steps)/2]}, {Steps: steps[len(steps)/2:]}}}
		left := p.FitVariants()
		is, after := total(steps)
		if is > loadtest.MaxVariantBytes || after+left != before {
			t.Fatalf("%d bytes in %d variants and %d left out, of %d", is, after, left, before)
		}
		if was <= loadtest.MaxVariantBytes && left > 0 {
			t.Fatalf("%d left out, though %d bytes fit", left, was)
		}
		if left > 0 && is < loadtest.MaxVariantBytes-250_000 {
			t.Fatalf("more left out than had to be: %d bytes stay", is)
		}
	})
}

func TestVariantsAreValidated(t *testing.T) {
	p := withAuth()
	step := &p.Scenarios[0].Steps[0]
	step.Path = "/{id}"
	step.Request.PathParams = []loadtest.Param{{Name: "id", Value: "1"}}
	step.Variants = []loadtest.Request{step.Request, {}}
	step.BaseURL = "ftp://x"
	want := []string{"scenarios.0.steps.0.base_url", "scenarios.0.steps.0.variants.1.path_params"}
	if diff := cmp.Diff(want, wrong(t, p)); diff != "" {
		t.Error(diff)
	}
	step.Path, step.BaseURL = "/", ""
	step.Variants = textVariants(loadtest.MaxVariants+1, 1)
	if diff := cmp.Diff([]string{"scenarios.0.steps.0.variants"}, wrong(t, p)); diff != "" {
		t.Error(diff)
	}
	step.Variants = textVariants(100, loadtest.MaxVariantBytes/100)
	if diff := cmp.Diff([]string{"scenarios"}, wrong(t, p)); diff != "" {
		t.Error(diff)
	}
}
