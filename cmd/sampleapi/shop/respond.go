package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const maxJSONBody = 1 << 20

// handlerFunc answers a request or returns why it cannot; open and member turn that into an answer.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// problem is an error that is answered as it stands, as application/problem+json (RFC 9457).
type problem struct {
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Fields map[string]string `json:"fields,omitempty"`
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// page is one page of a longer list.
type page[T any] struct {
	Items []T `json:"items"`
	Page  int `json:"page"`
	Limit int `json:"limit"`
	Total int `json:"total"`
}

// open lets everyone in.
func open(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		var p *problem
		if !errors.As(err, &p) {
			p = &problem{Title: "Internal error", Status: http.StatusInternalServerError, Detail: "The shop made a mistake."}
		}
		if p.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="shop"`)
		}
		body, err := json.Marshal(p)
		if err != nil {
			http.Error(w, p.Detail, p.Status)
			return
		}
		// A client that has gone cannot be told.
		_ = writeBody(w, p.Status, "application/problem+json", body)
	})
}

func notFound(format string, args ...any) error {
	return &problem{Title: "Not found", Status: http.StatusNotFound, Detail: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return &problem{Title: "Bad request", Status: http.StatusBadRequest, Detail: fmt.Sprintf(format, args...)}
}

// invalid returns nil when no field is wrong.
func invalid(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &problem{
		Title: "Invalid", Status: http.StatusUnprocessableEntity,
		Detail: "Some values are not allowed.", Fields: fields,
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return writeBody(w, status, "application/json", body)
}

func writeBody(w http.ResponseWriter, status int, mediaType string, body []byte) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// readJSON decodes the body into v; fields that v does not have are refused.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json")) {
		return unsupported("application/json", r)
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSONBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return badBody(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return badRequest("The body is more than one JSON value.")
	}
	return nil
}

func unsupported(want string, r *http.Request) error {
	return &problem{
		Title: "Unsupported media type", Status: http.StatusUnsupportedMediaType,
		Detail: fmt.Sprintf("The body is to be %s, not %q.", want, r.Header.Get("Content-Type")),
	}
}

func badBody(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &problem{
			Title: "Too large", Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit),
		}
	}
	return badRequest("The body cannot be read: %v.", err)
}
