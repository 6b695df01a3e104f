package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/confirm"
)

// confirmed reports whether the posted form says that its question was answered.
func confirmed(c echo.Context) bool { return c.FormValue(confirm.Field) == confirm.Yes }

// ask answers a form whose question nobody was asked yet: with the question.
// p is titled by what the form does; back is where the form stands.
func (f Frame) ask(c echo.Context, p Place, question, back string) error {
	frame, err := f.Model(c, p)
	if err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, confirm.Page(confirm.Model{
		Frame: frame, Question: question, Action: c.Request().URL.Path, Back: back,
	}))
}
