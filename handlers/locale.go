package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
)

// SetLocale remembers the chosen language and goes back to the page.
func SetLocale(c echo.Context) error {
	chosen, err := language.Parse(c.FormValue("lang"))
	if err == nil {
		for _, known := range i18n.Languages() {
			if known == chosen {
				c.SetCookie(&http.Cookie{ //nolint:gosec // Secure where the connection is
					Name: LocaleCookie, Value: known.String(), Path: "/", MaxAge: 365 * 24 * 3600,
					HttpOnly: true, Secure: c.IsTLS(), SameSite: http.SameSiteLaxMode,
				})
			}
		}
	}
	return hx.Redirect(c, ours(c.FormValue("return")))
}
