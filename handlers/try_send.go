package handlers

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/trial"
)

// Send carries out what an operation's form was posted for: an edit of the
// form, sending the request, or putting it into the plan.
func (h *Trials) Send(c echo.Context) error {
	at, err := h.open(c)
	if err != nil {
		return err
	}
	f, err := readTrial(c)
	if err != nil {
		return err
	}
	if f.Operation != at.operation.Name() {
		return domain.Errorf(domain.Conflict, "tryit.other_document",
			"The document behind this page has changed. Open the operation again from the list.")
	}
	credentials, names := h.signIn(c, at, f)
	if f.Apply(at.operation) {
		return h.again(c, http.StatusOK, at, h.model(c, at, f))
	}
	step, fields := f.Step(at.operation)
	for from, to := range names {
		fields[from] = to
	}
	p := single(f.BaseURL, step, credentials).WithDefaults(h.Operations.Limits)
	errs := trial.ErrorsOf(p.Validate(h.Operations.Limits), fields)
	for name, m := range f.Check() {
		errs[name] = m
	}
	if len(errs) > 0 {
		return h.refuse(c, http.StatusUnprocessableEntity, at, f, errs)
	}
	if f.Action == trial.ActionUse {
		return h.use(c, at, f, step)
	}
	return h.send(c, at, f, p, fields)
}

// single is a plan of one request.
func single(baseURL string, step loadtest.Step, credentials []loadtest.Credential) loadtest.Plan {
	return loadtest.Plan{Name: step.Label(), BaseURL: baseURL, Auth: credentials, Scenarios: []loadtest.Scenario{{
		Executor: loadtest.PerVUIterations, VUs: 1, Iterations: 1, Steps: []loadtest.Step{step},
	}}}
}

func (h *Trials) refuse(c echo.Context, status int, at opened, f trial.Form, errs trial.Errors) error {
	m := h.model(c, at, f)
	m.Errors = errs
	return h.again(c, status, at, m)
}

// send sends the request and shows the answer: alone, or on the page.
func (h *Trials) send(c echo.Context, at opened, f trial.Form, p loadtest.Plan, fields map[string]string) error {
	if h.Trier == nil {
		return errNoTrier
	}
	ctx := c.Request().Context()
	sent, err := h.Trier.Try(ctx, p)
	switch {
	case err != nil && beside(err):
		return h.refuse(c, status(err), at, f, trial.ErrorsOf(err, fields))
	case err != nil:
		return fmt.Errorf("try %s: %w", at.operation.Name(), err)
	case len(sent) == 0:
		return fmt.Errorf("try %s: nothing was sent", at.operation.Name())
	}
	x := sent[0]
	m := h.model(c, at, f)
	m.Result = &trial.Result{ID: m.ResultID(), Exchange: x, Advice: loadtest.Judge(x).Message, Fit: h.fit(ctx, at, x)}
	if hx.IsFragment(c) {
		hx.Retarget(c, "#"+m.ResultID(), "innerHTML")
		return hx.Render(c, http.StatusOK, trial.ResultView(*m.Result))
	}
	return h.show(c, http.StatusOK, at, m)
}

var errNoTrier = domain.Errorf(domain.Unavailable, "tryit.no_trier", "This PLOG cannot send single requests.")

// use puts the request into the plan that is being made: the browser's, or a
// fresh one on its page.
func (h *Trials) use(c echo.Context, at opened, f trial.Form, step loadtest.Step) error {
	request, err := json.Marshal(step.Request)
	if err != nil {
		return fmt.Errorf("request of %s: %w", at.operation.Name(), err)
	}
	name := at.operation.Name()
	if hx.IsFragment(c) {
		m := h.model(c, at, f)
		hx.Retarget(c, "#"+m.ResultID(), "innerHTML")
		return hx.Render(c, http.StatusOK, trial.Used(m.ResultID()+"-used", name, string(request), m.PlanURL))
	}
	draft := plan.NewForm()
	draft.Source, draft.BaseURL, draft.Operations = string(at.source.ID), f.BaseURL, []string{name}
	draft.Requests = map[string]string{name: string(request)}
	return h.Operations.page(c, http.StatusOK, draft, nil)
}

// Syntax says what is wrong with a body's text while it is typed.
func (h *Trials) Syntax(c echo.Context) error {
	f, err := readTrial(c)
	if err != nil {
		return err
	}
	problem := ""
	if m := f.Check()["body.text"]; !m.IsZero() {
		problem = i18n.Msg(c.Request().Context(), m)
	}
	return hx.Render(c, http.StatusOK, trial.SyntaxView(problem))
}

// maxFile is how large a file to send may be, in bytes.
const maxFile = 16 << 20

// readTrial returns the posted form, with the files that came with it.
func readTrial(c echo.Context) (trial.Form, error) {
	var f trial.Form
	values, err := c.FormParams()
	if err != nil {
		return f, err
	}
	if err := decode(values, &f); err != nil {
		return f, err
	}
	parts := c.Request().MultipartForm
	if parts == nil {
		return f, nil
	}
	if file := first(parts.File["body.upload"]); file != nil {
		if f.Body.Base64, err = encoded(file); err != nil {
			return f, err
		}
		f.Body.File = file.Filename
	}
	for i := range f.Body.Fields {
		if file := first(parts.File[fmt.Sprintf("body.fields[%d].file", i)]); file != nil {
			field := &f.Body.Fields[i]
			if field.Base64, err = encoded(file); err != nil {
				return f, err
			}
			field.FileName = file.Filename
			if media := file.Header.Get("Content-Type"); media != "" {
				field.MediaType = media
			}
		}
	}
	return f, nil
}

// first returns the file of a field, nil if none was chosen.
func first(files []*multipart.FileHeader) *multipart.FileHeader {
	if len(files) == 0 || files[0].Filename == "" {
		return nil
	}
	return files[0]
}

// encoded returns what is in a file that was sent, in base64.
func encoded(file *multipart.FileHeader) (string, error) {
	if file.Size > maxFile {
		return "", domain.Errorf(domain.Invalid, "tryit.file_large", "The file is larger than {{.Max}} MiB.", "Max", maxFile>>20)
	}
	raw, err := contentOf(file)
	return base64.StdEncoding.EncodeToString(raw), err
}
