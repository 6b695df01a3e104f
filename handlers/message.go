package handlers

import (
	"errors"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
)

// message returns what err says to a person.
func message(err error) domain.Message {
	var e *domain.Error
	if errors.As(err, &e) && e.Code != domain.Internal {
		return e.Message
	}
	return domain.Msg("errors.internal", "Something went wrong in PLOG. Nothing was changed.")
}

// beside reports whether err belongs beside the field it is about, rather than
// on a page of its own.
func beside(err error) bool {
	switch domain.CodeOf(err) {
	case domain.Invalid, domain.Forbidden, domain.Conflict, domain.Unavailable, domain.NotFound, domain.Limited:
		return true
	}
	return false
}

// status returns the HTTP status of a form that is shown again because of err.
func status(err error) int { return hx.Status(domain.CodeOf(err)) }
