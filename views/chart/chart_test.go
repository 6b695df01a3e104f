package chart

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

var gap = math.NaN()

func TestGapsAreNullInJSON(t *testing.T) {
	got, err := json.Marshal(Points{T: []float64{1, 2, 3}, Series: map[string]Values{"p95": {1.5, gap, math.Inf(1)}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"t":[1,2,3],"series":{"p95":[1.5,null,null]}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGapsPartTheLine(t *testing.T) {
	c := Chart{Times: []float64{0, 1, 2, 3, 4, 5}, Series: []Series{{Key: "a", Values: Values{1, 2, gap, 3, gap, 4}}}}
	d := draw(c, language.English)
	if len(d.Lines) != 1 || strings.Count(d.Lines[0].D, "M") != 3 {
		t.Errorf("want one path in three parts, got %+v", d.Lines)
	}
	if len(d.Points) != 2 {
		t.Errorf("values without neighbours are dots: want 2, got %+v", d.Points)
	}
}

func TestSeriesStand(t *testing.T) {
	c := Chart{Kind: Stacked, Times: []float64{0, 1, 2}, Series: []Series{
		{Key: "200", Values: Values{10, 20, gap}}, {Key: "500", Values: Values{1, gap, gap}}, {Key: "total", Alone: true, Values: Values{5, 5, 5}},
	}}
	var tops, bases []Values
	for _, l := range c.layers() {
		tops, bases = append(tops, l.top), append(bases, l.base)
	}
	same := cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
	if diff := cmp.Diff([]Values{{10, 20, gap}, {11, 20, gap}, {5, 5, 5}}, tops, same); diff != "" {
		t.Error("tops:\n" + diff)
	}
	if diff := cmp.Diff([]Values{{0, 0, 0}, {10, 20, 0}, {0, 0, 0}}, bases, same); diff != "" {
		t.Error("bases:\n" + diff)
	}
}

func TestLimitsShowUnlessFarAbove(t *testing.T) {
	for _, test := range []struct {
		limit float64
		want  int
	}{{50, 1}, {300, 1}, {5000, 0}} {
		c := Chart{Times: []float64{0, 1}, Series: []Series{{Values: Values{90, 100}}}, Limits: []Limit{{Value: test.limit, Label: "limit"}}}
		if got := len(draw(c, language.English).Limits); got != test.want {
			t.Errorf("limit %g over a highest value of 100: %d lines, want %d", test.limit, got, test.want)
		}
	}
}

func TestAxes(t *testing.T) {
	c := Chart{Unit: Millis, Origin: 1000, Until: 1120, Times: []float64{1000, 1060}, Series: []Series{{Values: Values{100, 380}}}}
	d := draw(c, language.English)
	text := func(labels []label) (all []string) {
		for _, l := range labels {
			all = append(all, l.Text)
		}
		return all
	}
	if diff := cmp.Diff([]string{"0 ms", "100 ms", "200 ms", "300 ms", "400 ms"}, text(d.Rows)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"0:00", "0:30", "1:00", "1:30", "2:00"}, text(d.Columns)); diff != "" {
		t.Error(diff)
	}
}

func TestTicksCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.Float64Range(1e-6, 1e9).Draw(t, "top")
		at := ticks(top, 4)
		if last := at[len(at)-1]; last < top*(1-1e-6) || last > 2.6*top || len(at) > 6 || at[0] != 0 {
			t.Fatalf("ticks of %g are %v", top, at)
		}
	})
}

func TestDrawingStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "n")
		c := Chart{Kind: rapid.SampledFrom([]Kind{Line, Area, Stacked}).Draw(t, "kind"), Series: make([]Series, 3)}
		for i := range n {
			c.Times = append(c.Times, float64(i))
			for k := range c.Series {
				v := rapid.Float64Range(0, 1e6).Draw(t, "v")
				if rapid.Bool().Draw(t, "gap") {
					v = gap
				}
				c.Series[k].Values = append(c.Series[k].Values, v)
			}
		}
		d := draw(c, language.Korean)
		for _, p := range append(d.Lines, d.Areas...) {
			if strings.Contains(p.D, "NaN") || strings.Contains(p.D, "-") {
				t.Fatalf("path leaves the drawing: %s", p.D)
			}
		}
	})
}

func TestSparkIsPartedByGaps(t *testing.T) {
	if got := sparkPaths(Values{1, 2, gap, 3, 4}, 72, 28); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	for _, none := range []Values{nil, {1}, {gap, gap}} {
		if got := sparkPaths(none, 72, 28); len(got) != 0 {
			t.Errorf("%v: got %q", none, got)
		}
	}
}
