package i18n

import (
	"context"

	"plog.dev/plog/domain"
)

// Msg returns a domain message in the language of ctx, in its own English wording when no catalogue has
// its key. Arguments that are messages themselves are translated too.
func Msg(ctx context.Context, m domain.Message) string {
	data := make(map[string]any, len(m.Args))
	for name, value := range m.Args {
		if inner, ok := value.(domain.Message); ok {
			value = Msg(ctx, inner)
		}
		data[name] = value
	}
	if text, ok := From(ctx).lookup(m.Key, data); ok {
		return text
	}
	if m.Text == "" {
		return m.Key
	}
	return domain.Message{Text: m.Text, Args: data}.String()
}
