package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
)

// YAML sends a plan as a file, its secrets masked.
func (h *Plans) YAML(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	text, err := loadtest.YAML(loadtest.Masked(p))
	if err != nil {
		return err
	}
	attach(c, p.Name+".yaml")
	return c.Blob(http.StatusOK, "application/yaml; charset=utf-8", text)
}

// ShowScript shows the k6 script that a plan becomes, or sends it as a file.
func (h *Plans) ShowScript(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	script, err := h.Script(loadtest.Masked(p))
	if err != nil {
		return fmt.Errorf("script of plan %s: %w", p.ID, err)
	}
	if c.QueryParam("download") != "" {
		attach(c, p.Name+".js")
		return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", script)
	}
	title := i18n.T(c.Request().Context(), "plan.script")
	frame, err := h.frame(c, p, title, layout.Link{Label: title})
	if err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, plan.Script(plan.ScriptModel{Frame: frame, Plan: p, Script: string(script)}))
}

// Import makes a plan of YAML, from the text field or the file.
func (h *Plans) Import(c echo.Context) error {
	ctx := c.Request().Context()
	owner, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return err
	}
	text, err := importedText(c)
	if err != nil {
		return err
	}
	p, err := loadtest.ParseYAML([]byte(text))
	if err == nil {
		p.ProjectID = owner.ID
		if s, missing := h.source(ctx, owner.ID, ""); missing == nil {
			p.SourceID = s.ID
		}
		p = p.WithDefaults(h.Limits)
		err = p.Validate(h.Limits)
	}
	if err != nil {
		var e *domain.Error
		if !errors.As(err, &e) || e.Code != domain.Invalid {
			return err
		}
		return h.list(c, status(err), plan.ListModel{Project: owner, Import: text, Problem: e.Message, Fields: e.Fields})
	}
	id, err := h.saveNew(ctx, p)
	if err != nil {
		return err
	}
	return hx.Redirect(c, paths.Plan(id))
}

func importedText(c echo.Context) (text string, err error) {
	header, err := c.FormFile("file")
	if err != nil || header.Filename == "" {
		return c.FormValue("yaml"), nil //nolint:nilerr // without a file the text field counts
	}
	f, err := header.Open()
	if err != nil {
		return "", fmt.Errorf("open uploaded file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw, err := io.ReadAll(f)
	return string(raw), err
}

// attach makes the answer a download under the name.
func attach(c echo.Context, name string) {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// copyName returns the name of a copy in the reader's language.
func copyName(ctx context.Context, name string) string {
	return shorten(i18n.T(ctx, "plan.copy_of", "Name", name))
}
