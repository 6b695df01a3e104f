package handlers

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/http/httpguts"

	"plog.dev/plog/domain"
	"plog.dev/plog/views/source"
)

// taken is a document that a form led to, with the source it is to become.
type taken struct {
	source domain.Source
	found  Found
}

// take returns what the posted form asks for. Without an error and without
// anything taken, form holds the definitions to choose from; with an error,
// form is what to show again.
func (h *Sources) take(c echo.Context) (form source.AddForm, all []taken, err error) {
	if form, err = h.readForm(c); err != nil {
		return form, nil, err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	given, err := handedOver(c)
	switch {
	case err != nil:
		return form, nil, err
	case given.Data != nil:
		all, err = h.takeUpload(ctx, given)
	case form.Folder != "":
		all, err = h.takeFile(ctx, form.Folder)
	case form.Target != "":
		all, err = h.takeAddress(ctx, c, &form)
	default:
		err = domain.Errorf(domain.Invalid, "home.target_missing", "Paste the address of the API's document or docs page, or choose a file.")
	}
	return form, all, err
}

// readForm returns the form as it was filled in; with an error, too.
func (h *Sources) readForm(c echo.Context) (source.AddForm, error) {
	form := source.AddForm{Text: c.FormValue("text"), Folder: c.FormValue("folder"), Access: accessOf(c)}
	form.Target = withoutLogin(strings.TrimSpace(c.FormValue("target")), &form.Access)
	var err error
	form.Files, err = h.folder(c.Request().Context())
	return form, err
}

func (h *Sources) folder(ctx context.Context) ([]string, error) {
	files, err := h.Finder.Folder(ctx)
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Path
	}
	return names, err
}

// takeAddress finds what is at an address: one document, or those of several
// that were chosen.
func (h *Sources) takeAddress(ctx context.Context, c echo.Context, form *source.AddForm) ([]taken, error) {
	headers, err := headersOf(form.Access)
	if err != nil {
		return nil, err
	}
	s := domain.Source{Kind: domain.SourceURL, URL: form.Target, Headers: headers, RefreshEvery: h.Every}
	params, err := c.FormParams()
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	chosen := params["definition"]
	if c.FormValue("choosing") == "" {
		found, err := h.find(ctx, s, form)
		if err != nil || len(found.Definitions) <= 1 {
			return []taken{{s, found}}, err
		}
		form.Definitions = definitionsOf(found, nil)
		return nil, nil
	}
	var all []taken
	for _, name := range chosen {
		s.Definition = name
		found, err := h.find(ctx, s, form)
		if form.Definitions == nil {
			form.Definitions = definitionsOf(found, chosen)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, taken{s, found})
	}
	if len(all) == 0 {
		if found, err := h.find(ctx, s, form); err == nil {
			form.Definitions = definitionsOf(found, []string{})
		}
		return nil, domain.Errorf(domain.Invalid, "source.definition_none", "Choose at least one definition.")
	}
	return all, nil
}

// find finds the document of s; form gets the places that were looked at in vain.
func (h *Sources) find(ctx context.Context, s domain.Source, form *source.AddForm) (Found, error) {
	found, err := h.Finder.Find(ctx, FetchRequest{Target: s.URL, Definition: s.Definition, Headers: s.Headers})
	if err != nil {
		form.Tried = triedOf(found.Tried)
	}
	return found, err
}

func triedOf(attempts []Attempt) []source.Tried {
	var places []source.Tried
	for _, a := range attempts {
		if !a.Problem.IsZero() {
			places = append(places, source.Tried{URL: a.URL, Why: a.Problem})
		}
	}
	return places
}

// definitionsOf returns the definitions to choose from; nil chosen are all.
func definitionsOf(found Found, chosen []string) []source.Definition {
	var list []source.Definition
	for _, d := range found.Definitions {
		list = append(list, source.Definition{Name: d.Name, URL: d.URL, Chosen: chosen == nil || slices.Contains(chosen, d.Name)})
	}
	return list
}

// takeUpload reads what was handed over: every document of an archive, as a
// browser would not send it a second time.
func (h *Sources) takeUpload(ctx context.Context, given Upload) ([]taken, error) {
	found, err := h.Finder.Read(ctx, given)
	if err != nil {
		return nil, err
	}
	s := domain.Source{Kind: domain.SourceUpload, Definition: found.Definition}
	all := []taken{{s, found}}
	for _, d := range found.Definitions {
		if d.Name == found.Definition {
			continue
		}
		given.Definition, s.Definition = d.Name, d.Name
		further, err := h.Finder.Read(ctx, given)
		if err != nil {
			return nil, err
		}
		all = append(all, taken{s, further})
	}
	return all, nil
}

func (h *Sources) takeFile(ctx context.Context, path string) ([]taken, error) {
	found, err := h.Finder.FromFolder(ctx, path)
	return []taken{{domain.Source{Kind: domain.SourceFolder, URL: path, RefreshEvery: h.Every}, found}}, err
}

// handedOver returns the document that came with the form, as a file or as
// text; without Data when there is none.
func handedOver(c echo.Context) (given Upload, err error) {
	header, err := c.FormFile("file")
	switch {
	case err == nil && header.Filename != "":
		data, err := contentOf(header)
		return Upload{Name: header.Filename, Data: data}, err
	case err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart):
		return given, fmt.Errorf("uploaded file: %w", err)
	}
	if text := c.FormValue("text"); strings.TrimSpace(text) != "" {
		given.Data = []byte(text)
	}
	return given, nil
}

func contentOf(header *multipart.FileHeader) (data []byte, err error) {
	f, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("open uploaded file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if data, err = io.ReadAll(f); err != nil {
		return nil, fmt.Errorf("read uploaded file: %w", err)
	}
	return data, nil
}

func accessOf(c echo.Context) source.Access {
	a := source.Access{User: c.FormValue("user"), Password: c.FormValue("password"), Cookie: strings.TrimSpace(c.FormValue("cookie"))}
	params, err := c.FormParams()
	if err != nil {
		return a // the caller reads the form, too, and says so
	}
	values := params["header_value"]
	for i, name := range params["header_name"] {
		h := domain.FetchHeader{Name: strings.TrimSpace(name)}
		if i < len(values) {
			h.Value = strings.TrimSpace(values[i])
		}
		if h.Name != "" || h.Value != "" {
			a.Headers = append(a.Headers, h)
		}
	}
	return a
}

// withoutLogin takes a user name and password out of an address, where they
// would be stored and shown, and puts them where credentials are kept.
func withoutLogin(address string, access *source.Access) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	if access.User == "" && access.Password == "" {
		access.User = u.User.Username()
		access.Password, _ = u.User.Password()
	}
	u.User = nil
	return u.String()
}

// headersOf returns what was typed as headers that can be sent.
func headersOf(a source.Access) ([]domain.FetchHeader, error) {
	var all []domain.FetchHeader
	if a.User != "" || a.Password != "" {
		// RFC 7617, 2.
		token := base64.StdEncoding.EncodeToString([]byte(a.User + ":" + a.Password))
		all = append(all, domain.FetchHeader{Name: "Authorization", Value: "Basic " + token})
	}
	if a.Cookie != "" {
		all = append(all, domain.FetchHeader{Name: "Cookie", Value: a.Cookie})
	}
	all = append(all, a.Headers...)
	for _, h := range all {
		switch {
		case h.Name == "":
			return nil, domain.Errorf(domain.Invalid, "source.header_nameless", "A header value was given without a name.")
		case !httpguts.ValidHeaderFieldName(h.Name), !httpguts.ValidHeaderFieldValue(h.Value):
			return nil, domain.Errorf(domain.Invalid, "source.header_wrong",
				"“{{.Name}}” is not a header that can be sent. Use letters, digits and hyphens for the name, and no line breaks in the value.", "Name", h.Name)
		}
	}
	return all, nil
}
