// Package hx answers browsers: whole pages, htmx fragments and redirects, each
// rendered completely before its first byte is sent.
package hx

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"plog.dev/plog/views/ui"
)

// The htmx headers that PLOG reads and writes.
const (
	headerRequest     = "HX-Request"
	headerRequestType = "HX-Request-Type"
	headerRedirect    = "HX-Redirect"
	headerReswap      = "HX-Reswap"
	headerRetarget    = "HX-Retarget"
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

// Retarget makes a fragment's answer go to another place than its request said:
// the element that the selector finds, by that way of swapping.
func Retarget(c echo.Context, selector, swap string) {
	c.Response().Header().Set(headerRetarget, selector)
	c.Response().Header().Set(headerReswap, swap)
}

// PushURL makes a fragment's answer a place in the browser's history.
func PushURL(c echo.Context, url string) { c.Response().Header().Set(headerPushURL, url) }

// Toast answers a fragment with a notice and leaves the rest of the page as it is.
func Toast(c echo.Context, status int, tone ui.Tone, text string) error {
	c.Response().Header().Set(headerReswap, "none")
	return Render(c, status, ui.Toast(tone, text))
}
