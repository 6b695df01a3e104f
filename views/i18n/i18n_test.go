package i18n

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"plog.dev/plog/domain"
)

func loaded(t *testing.T) *Bundle {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var variable = regexp.MustCompile(`{{[^}]*?\.(\w+)`)

func variables(texts ...string) []string {
	var names []string
	for _, m := range variable.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestLanguagesSayTheSame(t *testing.T) {
	b := loaded(t)
	english := b.keys["en"]
	for _, lang := range Languages()[1:] {
		other := b.keys[lang.String()]
		if diff := cmp.Diff(b.Keys(language.English), b.Keys(lang)); diff != "" {
			t.Errorf("keys of en (-) and %s (+) differ:\n%s", lang, diff)
		}
		for key, m := range english {
			translated, ok := other[key]
			if !ok {
				continue
			}
			want, got := variables(m.One, m.Other), variables(translated.One, translated.Other)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: variables of en (-) and %s (+) differ:\n%s", key, lang, diff)
			}
			if strings.TrimSpace(translated.Other) == "" {
				t.Errorf("%s: empty in %s", key, lang)
			}
		}
	}
}

var (
	literalKey = regexp.MustCompile(`\b(?:i18n\.)?T\(\s*[\w.()]*[cC](?:tx|ontext)[\w.()]*,\s*"([^"]+)"\s*([,)+])`)
	generated  = regexp.MustCompile(`(_templ|_test)\.go$`)
)

// TestEveryKeyInTheSourceIsKnown also takes the start of a key that the code completes: "ui.state." + s.
func TestEveryKeyInTheSourceIsKnown(t *testing.T) {
	b := loaded(t)
	for _, root := range []string{"..", "../../handlers", "../../web"} {
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || entry.IsDir() || generated.MatchString(path) {
				return err
			}
			if ext := filepath.Ext(path); ext != ".go" && ext != ".templ" {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range literalKey.FindAllStringSubmatch(string(text), -1) {
				if key := m[1]; !b.Has(key) {
					t.Errorf("%s: no catalogue has %q", path, key)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLocalizerChoosesTheFirstKnownLanguage(t *testing.T) {
	b := loaded(t)
	for _, c := range []struct {
		accept []string
		want   language.Tag
	}{
		{nil, language.English},
		{[]string{""}, language.English},
		{[]string{"ko"}, language.Korean},
		{[]string{"", "ko-KR,ko;q=0.9,en;q=0.8"}, language.Korean},
		{[]string{"en", "ko-KR"}, language.English},
		{[]string{"fr-FR, de;q=0.5"}, language.English},
		{[]string{"%%%", "ko"}, language.Korean},
	} {
		if got := b.Localizer(c.accept...).Lang(); got != c.want {
			t.Errorf("Localizer(%q) speaks %s, want %s", c.accept, got, c.want)
		}
	}
}

func TestTexts(t *testing.T) {
	b, err := load(fstest.MapFS{
		"a.en.toml": {Data: []byte("[a]\nhello = \"Hello {{.Name}}\"\nonly = \"English\"\n[a.pets]\none = \"{{.Count}} pet\"\nother = \"{{.Count}} pets\"")},
		"a.ko.toml": {Data: []byte("[a]\nhello = \"{{.Name}}님, 안녕하세요\"\n[a.pets]\nother = \"반려동물 {{.Count}}마리\"")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang, key string
		pairs     []any
		want      string
	}{
		{"en", "a.hello", []any{"Name", "Bo"}, "Hello Bo"},
		{"ko", "a.hello", []any{"Name", "보"}, "보님, 안녕하세요"},
		{"ko", "a.only", nil, "English"},
		{"ko", "a.unknown", nil, "a.unknown"},
		{"en", "", nil, ""},
		{"en", "a.pets", []any{"Count", 1}, "1 pet"},
		{"en", "a.pets", []any{"Count", uint8(2)}, "2 pets"},
		{"en", "a.pets", []any{"Count", 1.5}, "1.5 pets"},
		{"en", "a.pets", []any{"Count", "12.4 k"}, "12.4 k pets"},
		{"ko", "a.pets", []any{"Count", int64(1)}, "반려동물 1마리"},
		{"en", "a.hello", []any{"Name", "Bo", "Count", 1}, "Hello Bo"},
		{"en", "a.only", []any{"dangling"}, "English"},
	} {
		ctx := With(context.Background(), b.Localizer(c.lang))
		if got := T(ctx, c.key, c.pairs...); got != c.want {
			t.Errorf("%s %s %v = %q, want %q", c.lang, c.key, c.pairs, got, c.want)
		}
	}
	ctx := With(context.Background(), b.Localizer("ko"))
	for _, c := range []struct {
		message domain.Message
		want    string
	}{
		{domain.Msg("a.hello", "Hello {{.Name}}", "Name", "보"), "보님, 안녕하세요"},
		{domain.Msg("a.hello", "", "Name", domain.Msg("a.only", "")), "English님, 안녕하세요"},
		{domain.Msg("b.gone", "Gone: {{.Name}}", "Name", 7), "Gone: 7"},
		{domain.Msg("b.bare", ""), "b.bare"},
		{domain.Message{}, ""},
	} {
		if got := Msg(ctx, c.message); got != c.want {
			t.Errorf("Msg(%+v) = %q, want %q", c.message, got, c.want)
		}
	}
}

func TestNothingPanicsWithoutALocalizer(t *testing.T) {
	ctx := context.Background()
	if got := T(ctx, "ui.close"); got != "ui.close" {
		t.Errorf("T = %q", got)
	}
	if got := Msg(ctx, domain.Msg("x", "Text")); got != "Text" {
		t.Errorf("Msg = %q", got)
	}
	if Lang(ctx) != language.English {
		t.Errorf("Lang = %s", Lang(ctx))
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"bad syntax":       {"a.en.toml": {Data: []byte("a = ")}},
		"unknown language": {"a.fr.toml": {Data: []byte(`a = "b"`)}},
		"twice":            {"a.en.toml": {Data: []byte(`k = "b"`)}, "b.en.toml": {Data: []byte(`k = "c"`)}},
		"reserved":         {"a.en.toml": {Data: []byte("[a]\nid = \"x\"\nname = \"y\"")}},
	} {
		if _, err := load(files); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}
