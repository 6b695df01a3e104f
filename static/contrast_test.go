package static

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"
)

var (
	declaration = regexp.MustCompile(`--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)`)
	alias       = regexp.MustCompile(`--([\w-]+):\s*var\(--([\w-]+)\);`)
)

// palette returns the colours of the light theme and of the dark one.
func palette(t *testing.T) [2]map[string]string {
	t.Helper()
	css, err := fs.ReadFile(FS(), "css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := [2]map[string]string{{}, {}}
	for _, m := range declaration.FindAllStringSubmatch(string(css), -1) {
		themes[0][m[1]], themes[1][m[1]] = m[2], m[3]
	}
	for _, m := range alias.FindAllStringSubmatch(string(css), -1) {
		for i := range themes {
			themes[i][m[1]] = themes[i][m[2]]
		}
	}
	return themes
}

type rgb [3]float64 // linear, 0 to 1

func parse(t *testing.T, hex string) rgb {
	t.Helper()
	var c rgb
	for i := range c {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		s := float64(v) / 255
		if s <= 0.04045 {
			c[i] = s / 12.92
		} else {
			c[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return c
}

// contrast is the WCAG 2 contrast ratio.
func contrast(a, b rgb) float64 {
	la := 0.2126*a[0] + 0.7152*a[1] + 0.0722*a[2]
	lb := 0.2126*b[0] + 0.7152*b[1] + 0.0722*b[2]
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func TestContrast(t *testing.T) {
	type pair struct {
		front, back string
		least       float64
	}
	var pairs []pair
	for _, text := range []string{"text", "muted", "subtle", "accent", "good", "warn", "bad", "info", "method-patch"} {
		for _, back := range []string{"ground", "surface", "sunken"} {
			pairs = append(pairs, pair{text, back, 4.5})
		}
	}
	for _, tone := range []string{"good", "warn", "bad", "info", "accent", "method-patch"} {
		pairs = append(pairs, pair{tone, tone + "-soft", 4.5}, pair{"text", tone + "-soft", 4.5})
	}
	pairs = append(pairs, pair{"muted", "n-4", 4.5}, pair{"on-accent", "accent-solid", 4.5},
		pair{"on-accent", "accent-solid-hover", 4.5}, pair{"field-line", "surface", 3},
		pair{"accent-solid", "surface", 3}, pair{"accent-solid", "n-5", 3}, pair{"focus", "ground", 3})
	for i := range 8 {
		pairs = append(pairs, pair{"series-" + strconv.Itoa(i+1), "surface", 3})
	}
	for i, theme := range palette(t) {
		for _, p := range pairs {
			front, back := theme[p.front], theme[p.back]
			if front == "" || back == "" {
				t.Fatalf("no colour %s or %s", p.front, p.back)
			}
			if got := contrast(parse(t, front), parse(t, back)); got < p.least {
				t.Errorf("%s: %s %s on %s %s has contrast %.2f, want %.1f", [2]string{"light", "dark"}[i],
					p.front, front, p.back, back, got, p.least)
			}
		}
	}
}

// Simulations of full colour blindness, for linear RGB (Machado, Oliveira and Fernandes, 2009).
var blindness = map[string][3]rgb{
	"all colours":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab converts linear RGB (D65) to CIE L*a*b*.
func lab(c rgb) rgb {
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x := f((0.4124564*c[0] + 0.3575761*c[1] + 0.1804375*c[2]) / 0.95047)
	y := f(0.2126729*c[0] + 0.7151522*c[1] + 0.0721750*c[2])
	z := f((0.0193339*c[0] + 0.1191920*c[1] + 0.9503041*c[2]) / 1.08883)
	return rgb{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// TestSeriesDifferForEveryEye wants the first five series, which is as many as a chart usually has, well apart,
// and all eight apart.
func TestSeriesDifferForEveryEye(t *testing.T) {
	for i, theme := range palette(t) {
		for name, m := range blindness {
			seen := make([]rgb, 8)
			for k := range seen {
				c := parse(t, theme["series-"+strconv.Itoa(k+1)])
				for row := range m {
					v := m[row][0]*c[0] + m[row][1]*c[1] + m[row][2]*c[2]
					seen[k][row] = math.Min(1, math.Max(0, v))
				}
				seen[k] = lab(seen[k])
			}
			for a := range seen {
				for b := range a {
					least := 8.0
					if a < 4 {
						least = 18
					}
					d := math.Hypot(math.Hypot(seen[a][0]-seen[b][0], seen[a][1]-seen[b][1]), seen[a][2]-seen[b][2])
					if d < least {
						t.Errorf("theme %d, %s: series %d and %d are %.1f apart, want %.0f", i, name, b+1, a+1, d, least)
					}
				}
			}
		}
	}
}
