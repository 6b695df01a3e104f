package discover

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"plog.dev/plog/domain"
)

func badAddress(target string, cause error) *domain.Error {
	return domain.Errorf(domain.Invalid, "discover.address",
		"“{{.Target}}” is not an address. Write it like http://localhost:8080/openapi.json.", "Target", target).Because(cause)
}

// explain returns the sentence for a failed request.
func (f *Fetcher) explain(u *url.URL, limit time.Duration, cause error) error {
	var known *domain.Error
	if errors.As(cause, &known) {
		return known.Because(cause)
	}
	invalid := func(key, text string, pairs ...any) error {
		return domain.Errorf(domain.Invalid, key, text, append([]any{"URL", u.Redacted(), "Host", u.Host}, pairs...)...).Because(cause)
	}
	var (
		dns     *net.DNSError
		packed  encodingError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.Is(cause, context.Canceled):
		return cause
	case errors.Is(cause, errTooLarge):
		return invalid("discover.too_large",
			"{{.URL}} answers with more than {{.Limit}} MiB, which no API document should have. Check the address.", "Limit", f.max>>20)
	case errors.Is(cause, errRedirectLoop):
		return invalid("discover.redirect_loop", "{{.URL}} redirects in a circle. Check the address, or sign-in rules in front of it.")
	case errors.Is(cause, errManyRedirects):
		return invalid("discover.redirects", "{{.URL}} redirects more than {{.Limit}} times. Give the address it finally leads to.", "Limit", maxRedirects)
	case isTLS(cause):
		return invalid("discover.tls",
			"No secure connection to {{.Host}}: its certificate is not valid for PLOG. Use http:// if it has no TLS, or have its certificate renewed or trusted.")
	case errors.As(cause, &dns):
		return invalid("discover.dns", "The name {{.Host}} is not known. Check its spelling, and whether it is known on the machine PLOG runs on.")
	case errors.As(cause, &timeout) && timeout.Timeout():
		return invalid("discover.timeout", "{{.URL}} did not answer completely within {{.Limit}}. Check that the API is up and reachable from here.", "Limit", limit.String())
	case errors.Is(cause, syscall.ECONNREFUSED):
		return invalid("discover.refused", "Nothing listens at {{.Host}}. Check that the API is running, and its port.")
	case errors.As(cause, &packed):
		return invalid("discover.encoding", "{{.URL}} answers compressed as {{.Encoding}}, which PLOG did not ask for and does not unpack.", "Encoding", packed.name)
	case errors.Is(cause, errPacked), errors.Is(cause, gzip.ErrHeader), errors.Is(cause, gzip.ErrChecksum), strings.Contains(cause.Error(), "flate:"):
		return invalid("discover.compression", "The answer of {{.URL}} is compressed wrongly and could not be unpacked.")
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF), errors.Is(cause, syscall.ECONNRESET):
		return invalid("discover.closed", "{{.Host}} closed the connection before it had answered completely. Try again, and look at the API's log.")
	}
	return invalid("discover.unreachable", "{{.URL}} could not be fetched. Check the address, and that the API is reachable from here.")
}

func isTLS(err error) bool {
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &unknown) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") || strings.Contains(err.Error(), "tls:")
}

// refusal returns the sentence for an answer that says there is nothing here.
func refusal(r response) error {
	u := r.URL.Redacted()
	switch {
	case r.Status == http.StatusNotFound || r.Status == http.StatusGone:
		return domain.Errorf(domain.Invalid, "discover.not_found",
			"There is nothing at {{.URL}} (status {{.Status}}). Check the path of the document or docs page.", "URL", u, "Status", r.Status)
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden:
		return domain.Errorf(domain.Invalid, "discover.unauthorized",
			"{{.URL}} wants credentials (status {{.Status}}). Give them as headers, or upload the document as a file.", "URL", u, "Status", r.Status)
	case r.Status == http.StatusTooManyRequests:
		return domain.Errorf(domain.Invalid, "discover.limited",
			"{{.URL}} asks to be left alone for a while (status {{.Status}}). Try again later.", "URL", u, "Status", r.Status)
	case r.Status >= 500:
		return domain.Errorf(domain.Invalid, "discover.server_error",
			"{{.URL}} answers with an error of its own (status {{.Status}}). Look at the API's log, and try again.", "URL", u, "Status", r.Status)
	}
	return domain.Errorf(domain.Invalid, "discover.status",
		"{{.URL}} answers with status {{.Status}} instead of a document. Check the address.", "URL", u, "Status", r.Status)
}

// nothingFound returns the sentence for a search that came to nothing.
func nothingFound(where string, tried []Attempt) *domain.Error {
	closed := 0
	for _, a := range tried {
		if key := keyOf(a.Err); key == "discover.unauthorized" || key == "discover.tried_closed" {
			closed++
		}
	}
	if closed > 0 {
		return domain.Errorf(domain.Invalid, "discover.nothing_open",
			"No API document was found at {{.Target}}. {{.Count}} places were looked at, and {{.Closed}} of them refused (status 401 or 403): if that is for want of credentials, give those as headers. Or give the address of the OpenAPI document, or upload it as a file.",
			"Target", where, "Count", len(tried), "Closed", closed)
	}
	return domain.Errorf(domain.Invalid, "discover.nothing",
		"No API document was found at {{.Target}}; {{.Count}} places were looked at. Give the address of the OpenAPI document or of the API's docs page, or upload the document as a file.",
		"Target", where, "Count", len(tried))
}

// inShort returns what a list of places says of one that had no document: the
// address and what to do next stand beside the list.
func inShort(err error) error {
	var known *domain.Error
	if !errors.As(err, &known) {
		return err
	}
	short := func(key, text string) error {
		e := domain.Errorf(known.Code, key, text).Because(err)
		e.Message.Args = known.Message.Args
		return e
	}
	switch known.Message.Key {
	case "discover.not_found", "discover.server_error", "discover.limited", "discover.status":
		return short("discover.tried_status", "Status {{.Status}}.")
	case "discover.unauthorized":
		return short("discover.tried_closed", "Refused with status {{.Status}}.")
	case "openapi.html":
		return short("discover.tried_page", "A web page that names no document.")
	case "openapi.not_openapi":
		return short("discover.tried_other", "An answer that is no API document.")
	}
	return err
}

func noDefinition(name string, offered []Definition) *domain.Error {
	names := make([]string, len(offered))
	for i, d := range offered {
		names[i] = d.Name
	}
	return domain.Errorf(domain.Invalid, "discover.no_definition",
		"There is no definition “{{.Name}}” here any more. What is offered: {{.Offered}}.", "Name", name, "Offered", strings.Join(names, ", "))
}

// refusals are the messages that tell of something PLOG would not do.
var refusals = map[string]bool{
	"target.never": true, "target.public": true, "target.scheme": true, "discover.inward": true,
	"discover.too_large": true, "discover.redirect_loop": true, "discover.redirects": true,
	"discover.encoding": true, "discover.foreign": true,
}

// keyOf returns the key of an error's message, "" when it has none.
func keyOf(err error) string {
	var known *domain.Error
	if errors.As(err, &known) {
		return known.Message.Key
	}
	return ""
}
