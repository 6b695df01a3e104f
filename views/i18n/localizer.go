package i18n

import (
	"context"
	"reflect"
	"strconv"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Localizer speaks one language. The nil Localizer speaks English without any catalogue: it returns keys.
type Localizer struct {
	lang      language.Tag
	localizer *i18n.Localizer
	keys      map[string]map[string]*i18n.Message
}

type contextKey struct{}

// With returns a context whose texts are in l's language.
func With(ctx context.Context, l *Localizer) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From returns the Localizer of With, or nil, which is usable.
func From(ctx context.Context) *Localizer {
	l, _ := ctx.Value(contextKey{}).(*Localizer)
	return l
}

// Lang returns the language of ctx, English when it has none.
func Lang(ctx context.Context) language.Tag { return From(ctx).Lang() }

// T returns the text of key in the language of ctx. See Localizer.T.
func T(ctx context.Context, key string, pairs ...any) string { return From(ctx).T(key, pairs...) }

// Lang returns the language that l speaks.
func (l *Localizer) Lang() language.Tag {
	if l == nil {
		return Languages()[0]
	}
	return l.lang
}

// T returns the text of key. The pairs are names and values for the text's template variables; the value
// named Count chooses between singular and plural. A key that l's language lacks is said in English, and
// an unknown key is returned as it is.
func (l *Localizer) T(key string, pairs ...any) string {
	text, ok := l.lookup(key, vars(pairs))
	if !ok {
		return key
	}
	return text
}

func (l *Localizer) lookup(key string, data map[string]any) (string, bool) {
	if l == nil || key == "" {
		return "", false
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if count, ok := data["Count"]; ok {
		config.PluralCount = operand(count)
	}
	// The error also says that English stood in for a missing translation; the text is good then.
	text, _, err := l.localizer.LocalizeWithTag(config)
	if err != nil && text == "" {
		return "", false
	}
	return text, true
}

func vars(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			data[name] = pairs[i+1]
		}
	}
	return data
}

// operand returns count in a form that plural rules accept, nil when it is not a number.
func operand(count any) any {
	v := reflect.ValueOf(count)
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case v.Kind() == reflect.String:
		if _, err := strconv.ParseFloat(v.String(), 64); err == nil {
			return v.String()
		}
	}
	return nil
}

// Raw returns the text of key with its template variables left in, for scripts that fill them in.
func (l *Localizer) Raw(key string) string {
	if l == nil {
		return key
	}
	for _, lang := range []language.Tag{l.lang, Languages()[0]} {
		if m := l.keys[lang.String()][key]; m != nil {
			return m.Other
		}
	}
	return key
}
