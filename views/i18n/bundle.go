// Package i18n turns message keys into sentences in the reader's language.
//
// Every file catalog/<family>.<lang>.toml is loaded, so a family of screens brings its texts by adding
// one file per language. Keys are dotted ("run.state.running"). A key may not end in one of the words
// that go-i18n keeps for itself: id, description, hash, zero, one, two, few, many, other, translation.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed catalog/*.toml
var catalog embed.FS

// Languages are the languages that PLOG speaks, its default first.
func Languages() []language.Tag { return []language.Tag{language.English, language.Korean} }

// Bundle holds the catalogues of all languages. It does not change after Load and may be shared.
type Bundle struct {
	bundle  *i18n.Bundle
	matcher language.Matcher
	keys    map[string]map[string]*i18n.Message // language, then key
}

// Load reads the embedded catalogues. It fails on a file that is not TOML, that is in a language not in
// Languages, or that repeats a key of another file.
func Load() (*Bundle, error) {
	sub, err := fs.Sub(catalog, "catalog")
	if err != nil {
		return nil, fmt.Errorf("open catalogues: %w", err)
	}
	return load(sub)
}

func load(dir fs.FS) (*Bundle, error) {
	b := &Bundle{
		bundle:  i18n.NewBundle(Languages()[0]),
		matcher: language.NewMatcher(Languages()),
		keys:    map[string]map[string]*i18n.Message{},
	}
	b.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	for _, name := range files {
		if err := b.add(dir, name); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", path.Base(name), err)
		}
	}
	return b, nil
}

func (b *Bundle) add(dir fs.FS, name string) error {
	text, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	file, err := b.bundle.ParseMessageFileBytes(text, name)
	if err != nil {
		return err
	}
	if !slices.Contains(Languages(), file.Tag) {
		return fmt.Errorf("language %q is none of %v", file.Tag, Languages())
	}
	lang := file.Tag.String()
	if b.keys[lang] == nil {
		b.keys[lang] = map[string]*i18n.Message{}
	}
	for _, m := range file.Messages {
		if _, twice := b.keys[lang][m.ID]; twice {
			return fmt.Errorf("key %q is in another catalogue too", m.ID)
		}
		b.keys[lang][m.ID] = m
	}
	return nil
}

// Keys returns the sorted keys of a language.
func (b *Bundle) Keys(lang language.Tag) []string {
	return slices.Sorted(maps.Keys(b.keys[lang.String()]))
}

// Has reports whether a key, or some key that starts with prefix when it ends in a dot, is known in English.
func (b *Bundle) Has(key string) bool {
	known := b.keys[Languages()[0].String()]
	if !strings.HasSuffix(key, ".") {
		return known[key] != nil
	}
	for k := range known {
		if strings.HasPrefix(k, key) {
			return true
		}
	}
	return false
}

// Localizer chooses the first language that PLOG speaks among accept, each a language tag or a whole
// Accept-Language header, in order of preference. Without a match it speaks English.
func (b *Bundle) Localizer(accept ...string) *Localizer {
	given := accept[:0:0]
	for _, a := range accept {
		if strings.TrimSpace(a) != "" {
			given = append(given, a)
		}
	}
	_, index := language.MatchStrings(b.matcher, given...)
	lang := Languages()[index]
	return &Localizer{lang: lang, keys: b.keys, localizer: i18n.NewLocalizer(b.bundle, lang.String())}
}
