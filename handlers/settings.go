package handlers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/settings"
)

// AllowHostsKey is the setting with the hosts that may be loaded besides
// loopback and private ones, one per line.
const AllowHostsKey = "target.allow_hosts"

const linkLife = 15 * time.Minute

// Settings answers for an installation's settings.
type Settings struct {
	Frame    Frame
	Settings SettingStore
	Links    *SignInLinks
	Env      func(context.Context) loadtest.Environment
}

// Show shows the settings.
func (h *Settings) Show(c echo.Context) error {
	return h.page(c, http.StatusOK, settings.Model{Saved: c.QueryParam("saved") != ""})
}

func (h *Settings) page(c echo.Context, status int, m settings.Model) error {
	ctx := c.Request().Context()
	var err error
	if m.Frame, err = h.Frame.Model(c, Place{Title: i18n.T(ctx, "settings.title")}); err != nil {
		return err
	}
	if m.Problem.IsZero() {
		if m.Hosts, err = h.Settings.Get(ctx, AllowHostsKey); err != nil && domain.CodeOf(err) != domain.NotFound {
			return fmt.Errorf("allowed hosts: %w", err)
		}
	}
	if h.Env != nil {
		m.Env = h.Env(ctx)
	}
	m.User, _ = UserFrom(ctx)
	m.Admin = m.User.Role == domain.Admin
	return hx.Render(c, status, settings.Page(m))
}

// SaveHosts stores the allow-list.
func (h *Settings) SaveHosts(c echo.Context) error {
	text := c.FormValue("hosts")
	hosts, err := ParseHosts(text)
	if err != nil {
		return h.page(c, status(err), settings.Model{Hosts: text, Problem: message(err)})
	}
	if err := h.Settings.Set(c.Request().Context(), AllowHostsKey, strings.Join(hosts, "\n")); err != nil {
		return fmt.Errorf("save allowed hosts: %w", err)
	}
	return hx.Redirect(c, paths.Settings+"?saved=1")
}

// ParseHosts returns the hosts of a text with one per line: names, names with
// a leading "*.", addresses and networks. Invalid names the line that is none.
func ParseHosts(text string) ([]string, error) {
	var hosts []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' }) {
		host := strings.ToLower(line)
		if !validHost(host) {
			return nil, domain.Errorf(domain.Invalid, "settings.host_wrong",
				"“{{.Host}}” is not a host. Write one per line, such as api.example.com, *.example.com or 203.0.113.0/24, without http:// and path.", "Host", line)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

func validHost(host string) bool {
	if net.ParseIP(host) != nil {
		return true
	}
	if _, _, err := net.ParseCIDR(host); err == nil {
		return true
	}
	host = strings.TrimPrefix(host, "*.")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// NewLink makes a sign-in link for the same user in another browser.
func (h *Settings) NewLink(c echo.Context) error {
	user, _ := UserFrom(c.Request().Context())
	link := c.Scheme() + "://" + c.Request().Host + paths.Login + "?token=" + h.Links.New(user.ID, linkLife)
	return h.page(c, http.StatusOK, settings.Model{Link: link})
}
