package openapi

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/brianvoe/gofakeit/v7"
)

// inventor makes a value for a member of that name, of a kind ("string",
// "integer", "number") and a format; false when it has none. Nobody has to
// believe that it fits.
type inventor func(name, kind, format string) (any, bool)

// realistic returns an inventor of data as people enter it, the same for the
// same dice. Nobody real is reached by it: addresses are of example.com (RFC
// 2606) and documentation networks (RFC 5737, RFC 3849), and phone numbers are
// among those that are never given out.
func realistic(dice rand.Source) inventor {
	return func(name, kind, format string) (any, bool) {
		// The faker holds nothing but its source.
		f := faker{gofakeit.NewFaker(dice, false)}
		switch kind {
		case "string":
			if format != "" {
				return f.formatted(format)
			}
			return f.named(words(name))
		case "integer":
			return f.count(words(name))
		case "number":
			return f.amount(words(name))
		}
		return nil, false
	}
}

type faker struct{ *gofakeit.Faker }

// Dates are within a fixed year, so that a seed means the same in all of them.
var (
	firstDay = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2025, time.December, 31, 23, 59, 59, 0, time.UTC)
)

func (f faker) formatted(format string) (any, bool) {
	switch format {
	case "email", "idn-email":
		return f.mail(), true
	case "date":
		return f.DateRange(firstDay, lastDay).Format(time.DateOnly), true
	case "date-time":
		return f.DateRange(firstDay, lastDay).Truncate(time.Second).Format(time.RFC3339), true
	case "time":
		return f.DateRange(firstDay, lastDay).Format("15:04:05Z"), true
	case "uri", "url", "iri":
		return f.link(), true
	case "uri-reference", "iri-reference":
		return "/" + f.slug(), true
	case "hostname", "idn-hostname":
		return f.slug() + ".example.com", true
	case "uuid", "guid":
		return f.UUID(), true
	case "ipv4", "ip":
		return "198.51.100." + strconv.Itoa(f.IntRange(1, 254)), true
	case "ipv6":
		return "2001:db8::" + strconv.FormatInt(int64(f.IntRange(1, 0xffff)), 16), true
	case "phone":
		return f.phone(), true
	}
	return nil, false
}

// guesses say what a text is by a word of its name; the first that fits wins.
var guesses = []struct {
	words []string
	make  func(faker) string
}{
	{[]string{"email", "mail"}, faker.mail},
	{[]string{"phone", "mobile", "tel", "telephone", "fax"}, faker.phone},
	{[]string{"url", "uri", "link", "website", "homepage", "href"}, faker.link},
	{[]string{"firstname", "givenname", "forename"}, func(f faker) string { return f.FirstName() }},
	{[]string{"lastname", "familyname", "surname"}, func(f faker) string { return f.LastName() }},
	{[]string{"username", "login", "nickname", "handle", "screenname"}, faker.user},
	{[]string{"slug", "key", "alias", "tag", "tags", "label", "labels", "keyword", "keywords"}, faker.slug},
	{[]string{"company", "organization", "organisation", "employer", "vendor", "merchant"}, func(f faker) string { return f.Company() }},
	{[]string{"product", "item", "sku"}, func(f faker) string { return f.ProductName() }},
	{[]string{"city", "town"}, func(f faker) string { return f.City() }},
	{[]string{"state", "province", "region", "county"}, func(f faker) string { return f.State() }},
	{[]string{"countrycode"}, func(f faker) string { return f.CountryAbr() }},
	{[]string{"country"}, func(f faker) string { return f.Country() }},
	{[]string{"zip", "zipcode", "postcode", "postalcode", "postal"}, func(f faker) string { return f.Zip() }},
	{[]string{"street", "address", "address1", "addressline", "line1"}, func(f faker) string { return f.Street() }},
	{[]string{"latitude", "lat"}, func(f faker) string { return degrees(f.Latitude()) }},
	{[]string{"longitude", "lng", "lon"}, func(f faker) string { return degrees(f.Longitude()) }},
	{[]string{"currency"}, func(f faker) string { return f.CurrencyShort() }},
	{[]string{"locale", "language", "lang"}, func(f faker) string { return f.LanguageAbbreviation() }},
	{[]string{"timezone"}, func(f faker) string { return f.TimeZone() }},
	{[]string{"color", "colour"}, func(f faker) string { return f.HexColor() }},
	{[]string{"job", "role", "position", "occupation"}, func(f faker) string { return f.JobTitle() }},
	{[]string{"date", "day", "birthday", "birthdate", "dob"}, func(f faker) string { return f.DateRange(firstDay, lastDay).Format(time.DateOnly) }},
	{[]string{"author", "customer", "owner", "recipient", "sender", "contact", "person", "fullname", "displayname"}, func(f faker) string { return f.Name() }},
	{[]string{"description", "comment", "message", "text", "body", "content", "note", "notes", "memo", "reason", "summary", "bio", "about", "review"}, faker.sentence},
	{[]string{"title", "subject", "headline", "caption"}, faker.title},
	{[]string{"query", "search", "q", "term"}, func(f faker) string { return f.Noun() }},
	{[]string{"name"}, faker.title},
}

// named guesses by the whole name or its last word, then by a part of it.
func (f faker) named(name []string) (any, bool) {
	whole := strings.Join(name, "")
	for _, g := range guesses {
		for _, w := range g.words {
			if w == whole || len(name) > 0 && name[len(name)-1] == w {
				return g.make(f), true
			}
		}
	}
	for _, g := range guesses {
		for _, w := range g.words {
			if len(w) > 3 && strings.Contains(whole, w) {
				return g.make(f), true
			}
		}
	}
	return nil, false
}

// count returns a number of things, small where more would find nothing.
func (f faker) count(name []string) (any, bool) {
	most := 0
	for _, w := range name {
		switch w {
		case "page", "quantity", "qty", "seats":
			most = 5
		case "limit", "size", "count", "per", "take", "top", "age", "days":
			most = 50
		case "offset", "skip", "start", "from":
			most = 20
		case "year":
			return json.Number(strconv.Itoa(f.IntRange(1990, 2025))), true
		case "price", "amount", "total", "cost", "fee", "balance":
			most = 100_000
		}
	}
	if most == 0 {
		return nil, false
	}
	return json.Number(strconv.Itoa(f.IntRange(1, most))), true
}

// amount returns a number with two decimals where one is expected.
func (f faker) amount(name []string) (any, bool) {
	for _, w := range name {
		switch w {
		case "price", "amount", "total", "cost", "fee", "balance", "salary":
			return json.Number(strconv.FormatFloat(f.Price(1, 1000), 'f', 2, 64)), true
		case "latitude", "lat":
			return json.Number(degrees(f.Latitude())), true
		case "longitude", "lng", "lon":
			return json.Number(degrees(f.Longitude())), true
		}
	}
	return nil, false
}

func (f faker) mail() string  { return f.user() + "@example.com" }
func (f faker) link() string  { return "https://example.com/" + f.slug() }
func (f faker) phone() string { return "+1202555" + strconv.Itoa(f.IntRange(100, 199) + 10000)[1:] }

func (f faker) user() string {
	return ascii(f.FirstName()) + strconv.Itoa(f.IntRange(100, 99_999))
}

func (f faker) slug() string {
	return ascii(f.Adjective()) + "-" + ascii(f.Noun()) + "-" + strconv.Itoa(f.IntRange(1, 9_999))
}

func (f faker) title() string {
	words := []rune(f.Adjective() + " " + f.Noun() + " " + strconv.Itoa(f.IntRange(1, 9_999)))
	words[0] = unicode.ToUpper(words[0])
	return string(words)
}

func (f faker) sentence() string { return f.Sentence(f.IntRange(5, 12)) }

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 6, 64) }

func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// words splits a name such as postalCode, postal_code or "Postal-Code".
func words(name string) []string {
	var list []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			list = append(list, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	lower := false
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && lower {
			flush()
		}
		lower = !unicode.IsUpper(r)
		word.WriteRune(r)
	}
	flush()
	return list
}
