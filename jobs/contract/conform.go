package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/responses"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// conform holds a response to the slice of its document.
func conform(slice []byte, s subject) Result {
	result, err := validate(slice, s)
	if err != nil {
		return Result{Unchecked: domain.Msg("contract.unusable",
			"Whether this response fits could not be checked: the API document's description of it cannot be used ({{.Detail}}).", "Detail", err.Error())}
	}
	return result
}

func validate(slice []byte, s subject) (Result, error) {
	slice, err := modernise(slice, s.Path)
	if err != nil {
		return Result{}, err
	}
	document, err := libopenapi.NewDocument(slice)
	if err != nil {
		return Result{}, fmt.Errorf("open document: %w", err)
	}
	model, err := document.BuildV3Model()
	if model == nil {
		return Result{}, fmt.Errorf("read document: %w", err)
	}
	if model.Model.Paths == nil || model.Model.Paths.PathItems == nil {
		return Result{}, errors.New("the operation is missing")
	}
	request, err := http.NewRequestWithContext(context.Background(), strings.ToUpper(s.Method), s.URL, http.NoBody)
	if err != nil {
		return Result{}, fmt.Errorf("address: %w", err)
	}
	whole := !s.Response.Truncated
	options := []config.Option{config.WithFormatAssertions(), config.WithStandardBodyDecoders()}
	if !whole {
		options = append(options, config.WithoutResponseBodyValidation())
	}
	v := responses.NewResponseBodyValidator(&model.Model, options...)
	defer v.Release()
	item := model.Model.Paths.PathItems.GetOrZero(s.Path)
	_, found := v.ValidateResponseBodyWithPathItem(request, responseOf(s), item, s.Path) //nolint:bodyclose // its body is bytes in memory
	result := Result{Violations: violations(found, s.Response)}
	if !whole {
		result.Unchecked = domain.Msg("contract.cut",
			"The body is larger than {{.Limit}} KiB, of which only the beginning was kept: it was not checked.", "Limit", loadtest.MaxExchangeBody>>10)
	}
	return result, nil
}

func responseOf(s subject) *http.Response {
	r := &http.Response{StatusCode: s.Response.Status, Header: http.Header{}, Body: http.NoBody}
	for _, h := range s.Response.Headers {
		r.Header.Add(h.Name, h.Value)
	}
	if !strings.EqualFold(s.Method, http.MethodHead) {
		r.Body = io.NopCloser(bytes.NewReader(s.Response.Body))
	}
	return r
}
