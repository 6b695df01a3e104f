package hx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/ui"
)

func serve(t *testing.T, header map[string]string, h echo.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	e := echo.New()
	e.GET("/", h)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	return rec
}

func TestRenderSendsNothingOfABrokenPage(t *testing.T) {
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<p>half")
		return errors.New("broken")
	})
	var committed bool
	rec := serve(t, nil, func(c echo.Context) error {
		err := hx.Render(c, http.StatusOK, broken)
		committed = c.Response().Committed
		return err
	})
	if committed || rec.Code != http.StatusInternalServerError {
		t.Fatalf("committed %t, status %d: %s", committed, rec.Code, rec.Body)
	}
}

func TestRedirect(t *testing.T) {
	to := func(c echo.Context) error { return hx.Redirect(c, "/runs/1") }
	if rec := serve(t, nil, to); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/runs/1" {
		t.Errorf("page: %d %v", rec.Code, rec.Header())
	}
	rec := serve(t, map[string]string{"HX-Request": "true"}, to)
	if rec.Code != http.StatusOK || rec.Header().Get("HX-Redirect") != "/runs/1" || rec.Header().Get("Location") != "" {
		t.Errorf("fragment: %d %v", rec.Code, rec.Header())
	}
}

func TestIsFragment(t *testing.T) {
	for _, c := range []struct {
		name   string
		header map[string]string
		want   bool
	}{
		{"page", nil, false},
		{"fragment", map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"}, true},
		{"boosted", map[string]string{"HX-Request": "true", "HX-Request-Type": "full"}, false},
		{"restored", map[string]string{"HX-Request": "true", "HX-History-Restore-Request": "true"}, false},
	} {
		serve(t, c.header, func(ctx echo.Context) error {
			if got := hx.IsFragment(ctx); got != c.want {
				t.Errorf("%s: %t", c.name, got)
			}
			return nil
		})
	}
}

func TestToastLeavesThePage(t *testing.T) {
	rec := serve(t, nil, func(c echo.Context) error { return hx.Toast(c, http.StatusConflict, ui.Bad, "안 <돼요>") })
	if rec.Code != http.StatusConflict || rec.Header().Get("HX-Reswap") != "none" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	if body := rec.Body.String(); !strings.Contains(body, "hx-swap-oob") || !strings.Contains(body, "안 &lt;돼요&gt;") {
		t.Errorf("body %s", body)
	}
}
