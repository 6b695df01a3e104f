package contract

import (
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"

	validation "github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi-validator/helpers"

	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// maxViolations is how many are told of one response.
const maxViolations = 50

const inBodyItself = "body"

// violations words what the library found.
func violations(found []*validation.ValidationError, r loadtest.Response) []openapi.Violation {
	var all []openapi.Violation
	for _, e := range found {
		all = append(all, violationsOf(e, r)...)
	}
	slices.SortFunc(all, func(a, b openapi.Violation) int {
		return strings.Compare(a.Where+"\x00"+a.Message.String(), b.Where+"\x00"+b.Message.String())
	})
	all = slices.CompactFunc(all, func(a, b openapi.Violation) bool {
		return a.Where == b.Where && a.Message.String() == b.Message.String()
	})
	return all[:min(len(all), maxViolations)]
}

func violationsOf(e *validation.ValidationError, r loadtest.Response) []openapi.Violation {
	one := func(where, key, text string, pairs ...any) []openapi.Violation {
		return []openapi.Violation{{Where: where, Message: domain.Msg(key, text, pairs...)}}
	}
	switch e.ValidationSubType {
	case helpers.ResponseBodyResponseCode:
		return one("status", "contract.status", "The document does not know the status {{.Status}} for this operation.", "Status", r.Status)
	case helpers.RequestBodyContentType:
		if got := headerOf(r, "Content-Type"); got != "" {
			return one("header Content-Type", "contract.content_type",
				"The document does not know the content type {{.Got}} for this response.", "Got", got)
		}
		return one("header Content-Type", "contract.no_content_type",
			"The response says no content type; the document describes a body.")
	case helpers.ParameterValidationHeader:
		if header := missingHeader(e); header != "" {
			return one("header "+header, "contract.header_missing", "The required header {{.Name}} is missing.", "Name", header)
		}
	}
	where := inBodyItself
	if e.ParameterName != "" {
		where = "header " + http.CanonicalHeaderKey(e.ParameterName)
	}
	if root := schemaError(e); root != nil {
		return leaves(root, where)
	}
	detail := e.Reason
	if len(e.SchemaValidationErrors) > 0 {
		detail = e.SchemaValidationErrors[0].Reason
	}
	if strings.Contains(detail, "cannot be decoded") {
		return one(where, "contract.not_json", "The body cannot be read as its content type says: {{.Detail}}.", "Detail", detail)
	}
	return one(where, "contract.detail", "{{.Detail}}.", "Detail", strings.TrimSuffix(detail, "."))
}

func headerOf(r loadtest.Response, name string) string {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// missingHeader returns the name of the required header that is not there; ""
// when something else is wrong with a header.
func missingHeader(e *validation.ValidationError) string {
	if e.HowToFix == validation.HowToFixMissingHeader && len(e.SchemaValidationErrors) == 1 {
		return e.SchemaValidationErrors[0].FieldName
	}
	return ""
}

func schemaError(e *validation.ValidationError) *jsonschema.ValidationError {
	for _, f := range e.SchemaValidationErrors {
		if f.OriginalJsonSchemaError != nil {
			return f.OriginalJsonSchemaError
		}
	}
	return nil
}

// leaves words what a schema's error comes down to. Of alternatives none of
// which fit, only that none does is told: their errors contradict each other.
func leaves(e *jsonschema.ValidationError, root string) []openapi.Violation {
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf:
		return []openapi.Violation{noneFits(e, root)}
	case *kind.OneOf:
		if len(k.Subschemas) == 0 {
			return []openapi.Violation{noneFits(e, root)}
		}
	}
	if len(e.Causes) == 0 {
		return []openapi.Violation{{Where: pointer(e, root), Message: worded(e.ErrorKind)}}
	}
	var all []openapi.Violation
	for _, cause := range e.Causes {
		all = append(all, leaves(cause, root)...)
	}
	return all
}

func noneFits(e *jsonschema.ValidationError, root string) openapi.Violation {
	return openapi.Violation{Where: pointer(e, root), Message: domain.Msg("contract.alternatives",
		"The value fits none of the {{.Count}} alternatives the document gives.", "Count", max(len(e.Causes), 1))}
}

// pointer returns where in the body an error is, as JSON pointer.
func pointer(e *jsonschema.ValidationError, root string) string {
	if len(e.InstanceLocation) == 0 {
		return root
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, step := range e.InstanceLocation {
		b.WriteByte('/')
		_, _ = escape.WriteString(&b, step) // a Builder never fails
	}
	if root != inBodyItself {
		return root + " " + b.String()
	}
	return b.String()
}

func worded(k jsonschema.ErrorKind) domain.Message {
	switch k := k.(type) {
	case *kind.Required:
		return domain.Msg("contract.required", "Required but missing: {{.Names}}.", "Names", listed(k.Missing))
	case *kind.Type:
		return domain.Msg("contract.type", "The value is of type {{.Got}}, the document says {{.Want}}.", "Got", k.Got, "Want", strings.Join(k.Want, " | "))
	case *kind.Enum:
		return domain.Msg("contract.enum", "{{.Got}} is not one of the document's values: {{.Want}}.", "Got", shown(k.Got), "Want", shownList(k.Want))
	case *kind.Const:
		return domain.Msg("contract.const", "{{.Got}} is not the document's only value: {{.Want}}.", "Got", shown(k.Got), "Want", shown(k.Want))
	case *kind.Format:
		return domain.Msg("contract.format", "{{.Got}} has not the format {{.Want}}.", "Got", shown(k.Got), "Want", k.Want)
	case *kind.Pattern:
		return domain.Msg("contract.pattern", "{{.Got}} does not match the pattern {{.Want}}.", "Got", shown(k.Got), "Want", k.Want)
	case *kind.AdditionalProperties:
		return domain.Msg("contract.additional", "Not in the document, which allows no others: {{.Names}}.", "Names", listed(k.Properties))
	case *kind.FalseSchema:
		return domain.Msg("contract.never", "The document allows no value here.")
	case *kind.Minimum:
		return low(k.Got, k.Want)
	case *kind.ExclusiveMinimum:
		return low(k.Got, k.Want)
	case *kind.Maximum:
		return high(k.Got, k.Want)
	case *kind.ExclusiveMaximum:
		return high(k.Got, k.Want)
	case *kind.MinLength:
		return short(k.Got, k.Want)
	case *kind.MinItems:
		return short(k.Got, k.Want)
	case *kind.MaxLength:
		return long(k.Got, k.Want)
	case *kind.MaxItems:
		return long(k.Got, k.Want)
	}
	detail := k.LocalizedString(message.NewPrinter(language.English))
	return domain.Msg("contract.detail", "{{.Detail}}.", "Detail", detail)
}

func low(got, want *big.Rat) domain.Message {
	return domain.Msg("contract.low", "{{.Got}} is below the document's limit of {{.Want}}.", "Got", number(got), "Want", number(want))
}

func high(got, want *big.Rat) domain.Message {
	return domain.Msg("contract.high", "{{.Got}} is above the document's limit of {{.Want}}.", "Got", number(got), "Want", number(want))
}

func short(got, want int) domain.Message {
	return domain.Msg("contract.short", "The length {{.Got}} is below the document's limit of {{.Want}}.", "Got", got, "Want", want)
}

func long(got, want int) domain.Message {
	return domain.Msg("contract.long", "The length {{.Got}} is above the document's limit of {{.Want}}.", "Got", got, "Want", want)
}

func number(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	f, _ := r.Float64()
	return fmt.Sprint(f)
}

const (
	maxShown  = 60 // characters of a value
	maxListed = 8  // values of a list
)

func shown(v any) string {
	text := []rune(fmt.Sprintf("%v", v))
	if s, ok := v.(string); ok {
		text = []rune("“" + s + "”")
	}
	if len(text) > maxShown {
		text = append(text[:maxShown], '…')
	}
	return string(text)
}

func shownList(values []any) string {
	var names []string
	for _, v := range values {
		names = append(names, shown(v))
	}
	return listed(names)
}

func listed(names []string) string {
	slices.Sort(names)
	if len(names) > maxListed {
		names = append(slices.Clone(names[:maxListed]), "…")
	}
	return strings.Join(names, ", ")
}
