// Package markdown shows what API documents say in Markdown: as HTML that can
// do nothing but be read.
package markdown

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// Longest is how much of a text is shown, in bytes.
const Longest = 64 << 10

// deepest is how far quotes and lists may be nested: beyond, the text is shown
// as it is.
const deepest = 32

// HTML shows a text as its Markdown says. Raw HTML in it is left out, and so
// are pictures and links that lead anywhere but to http, https, mail or a place
// on the same page. Links are followed in a tab of their own, without a word to
// the other host of where from. A long text ends in "…".
func HTML(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		safe, err := render(text)
		if err != nil {
			return err
		}
		_, err = w.Write(safe)
		return err
	})
}

// tools are what renders; they are made once, when first needed, and shared.
var tools = sync.OnceValues(func() (goldmark.Markdown, *bluemonday.Policy) {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify)), policy()
})

func render(text string) (safe []byte, err error) {
	text = bounded(text)
	markdown, policy := tools()
	var b bytes.Buffer
	b.WriteString(`<div class="prose markdown">`)
	if tooDeep(text) {
		b.WriteString(`<p class="prewrap">` + templ.EscapeString(text) + `</p>`)
	} else {
		var dirty bytes.Buffer
		if err := convert(markdown, text, &dirty); err != nil {
			return nil, err
		}
		b.Write(policy.SanitizeBytes(dirty.Bytes()))
	}
	b.WriteString(`</div>`)
	return b.Bytes(), nil
}

// convert turns a panic of the library into an error: texts come from anywhere.
func convert(m goldmark.Markdown, text string, w io.Writer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(err, fmt.Errorf("render Markdown: panic: %v", r))
		}
	}()
	if err := m.Convert([]byte(text), w); err != nil {
		return fmt.Errorf("render Markdown: %w", err)
	}
	return nil
}

// policy lets through what text is made of, and nothing else: no ids, classes,
// styles, pictures, forms or frames.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td",
	)
	// "https:settings" is a place on the same host to a browser.
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^(https?://[^/\\#?@:]|mailto:)`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}

func bounded(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= Longest {
		return text
	}
	end := Longest
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// tooDeep reports whether a line opens so many quotes, lists or brackets that
// reading it would take long.
func tooDeep(text string) bool {
	for line := range strings.Lines(text) {
		marks := 0
		for _, c := range line {
			if c == '>' || c == '-' || c == '*' || c == '+' || c == '[' || c == '!' || c == '_' || c == '`' || c == '<' {
				marks++
			}
		}
		if marks > deepest*8 {
			return true
		}
	}
	return false
}
