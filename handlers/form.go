package handlers

import (
	"net/url"

	"github.com/go-playground/form/v4"

	"plog.dev/plog/domain"
)

// decode reads a posted form into the fields of into.
func decode(values url.Values, into any) error {
	decoder := form.NewDecoder()
	decoder.SetMaxArraySize(maxRows)
	if err := decoder.Decode(into, values); err != nil {
		return domain.Errorf(domain.Invalid, "errors.bad_request",
			"The request could not be understood. Reload the page and try again.").Because(err)
	}
	return nil
}
