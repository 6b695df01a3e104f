// Package hx answers browsers: whole pages, htmx fragments and redirects, each
// rendered completely before its first byte is sent.
package hx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// The htmx headers that PLOG reads and writes.
const (
	headerRequest     = "HX-Request"
	headerRequestType = "HX-Request-Type"
	headerRedirect    = "HX-Redirect"
	headerTrigger     = "HX-Trigger"
	headerReswap      = "HX-Reswap"
	headerPushURL     = "HX-Push-Url"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes the component with the status. It writes nothing and returns
// the error when rendering fails, so that an error page can still be sent.
func Render(c echo.Context, status int, component templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() < 1<<20 {
			buffers.Put(buf)
		}
	}()
	buf.Reset()
	if err := component.Render(c.Request().Context(), buf); err != nil {
		return fmt.Errorf("render %s: %w", c.Path(), err)
	}
	c.Response().Header().Add(echo.HeaderVary, headerRequest)
	return c.HTMLBlob(status, buf.Bytes())
}

// IsFragment reports whether htmx asks for a part of a page; a boosted
// navigation and a restored history entry get the whole page.
func IsFragment(c echo.Context) bool {
	h := c.Request().Header
	return h.Get(headerRequest) == "true" && h.Get(headerRequestType) != "full" &&
		h.Get("HX-History-Restore-Request") != "true"
}

// Redirect sends the browser to another address: by 303, and for a fragment by
// HX-Redirect, because a fetch would follow the 303 out of sight.
func Redirect(c echo.Context, to string) error {
	if c.Request().Header.Get(headerRequest) == "true" {
		c.Response().Header().Set(headerRedirect, to)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// PushURL makes a fragment's answer a place in the browser's history.
func PushURL(c echo.Context, url string) { c.Response().Header().Set(headerPushURL, url) }

// Level says how a toast looks.
type Level string

// The levels of a toast.
const (
	Info Level = "info"
	Good Level = "good"
	Warn Level = "warn"
	Bad  Level = "bad"
)

// ToastEvent is the event that the page's script shows a toast for; its detail
// is {level, text}.
const ToastEvent = "plog:toast"

// Toast makes the fragment's answer show a toast.
func Toast(c echo.Context, level Level, text string) error {
	detail, err := json.Marshal(map[string]any{ToastEvent: map[string]string{"level": string(level), "text": text}})
	if err != nil {
		return fmt.Errorf("toast: %w", err)
	}
	c.Response().Header().Set(headerTrigger, ascii(detail))
	return nil
}

// ToastOnly answers a fragment with a toast and leaves the page as it is.
func ToastOnly(c echo.Context, status int, level Level, text string) error {
	if err := Toast(c, level, text); err != nil {
		return err
	}
	c.Response().Header().Set(headerReswap, "none")
	c.Response().Header().Add(echo.HeaderVary, headerRequest)
	return c.NoContent(status)
}

// ascii escapes JSON for a header, which carries no other characters safely.
func ascii(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		raw = raw[n:]
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(r>>10), 0xDC00+(r&0x3FF))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
