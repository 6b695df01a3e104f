package openapi

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// formats holds one well-formed string of each format that has a form.
var formats = map[string]string{
	"date-time":             "2025-01-15T09:30:00Z",
	"date":                  "2025-01-15",
	"time":                  "09:30:00Z",
	"duration":              "P1D",
	"email":                 "user@example.com",
	"idn-email":             "user@example.com",
	"hostname":              "example.com",
	"idn-hostname":          "example.com",
	"ipv4":                  "192.0.2.1",
	"ip":                    "192.0.2.1",
	"ipv6":                  "2001:db8::1",
	"cidr":                  "192.0.2.0/24",
	"mac":                   "00:00:5e:00:53:01",
	"uri":                   "https://example.com/path",
	"url":                   "https://example.com/path",
	"iri":                   "https://example.com/path",
	"uri-reference":         "/path",
	"iri-reference":         "/path",
	"uri-template":          "https://example.com/{id}",
	"uuid":                  "3fa85f64-5717-4562-b3fc-2c963f66afa6",
	"guid":                  "3fa85f64-5717-4562-b3fc-2c963f66afa6",
	"json-pointer":          "/path",
	"relative-json-pointer": "0/path",
	"regex":                 "^.*$",
	"byte":                  "UExPRw==",
	"base64":                "UExPRw==",
	"password":              "Passw0rd!",
	"phone":                 "+821012345678",
	"int32":                 "1",
	"int64":                 "1",
	"decimal":               "1.5",
	"double":                "1.5",
	"float":                 "1.5",
}

var (
	timeShape     = regexp.MustCompile(`(?i)^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[+-]\d{2}(:?\d{2})?)$`)
	durationShape = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$`)
)

// fitsFormat reports whether s has the form its format asks for. Formats
// without an agreed form accept everything.
func fitsFormat(format, s string) bool {
	switch format {
	case "date-time":
		_, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
		return err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case "time":
		return timeShape.MatchString(s)
	case "duration":
		return durationShape.MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
	case "email":
		a, err := mail.ParseAddress(s)
		return err == nil && a.Address == s
	case "ipv4":
		a, err := netip.ParseAddr(s)
		return err == nil && a.Is4()
	case "ipv6":
		a, err := netip.ParseAddr(s)
		return err == nil && a.Is6()
	case "uri", "iri", "url":
		u, err := url.Parse(s)
		return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "" || u.Path != "") && !strings.ContainsAny(s, " {}<>\"")
	case "uuid":
		return len(s) == 36 && uuid.Validate(s) == nil
	case "hostname":
		return s != "" && len(s) <= 253 && !strings.ContainsAny(s, " /:_@")
	}
	return true
}
