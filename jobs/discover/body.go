package discover

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"golang.org/x/net/html/charset"
)

var (
	errTooLarge = errors.New("too large")
	errPacked   = errors.New("compressed wrongly")
)

// encodingError is a content encoding that was not asked for.
type encodingError struct{ name string }

func (e encodingError) Error() string { return "content encoding " + e.name }

func (f *Fetcher) read(res *http.Response) ([]byte, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); encoding {
	case "", "identity", "gzip", "x-gzip": // the transport has unpacked gzip, unless the server packed twice
	default:
		return nil, encodingError{encoding}
	}
	body, err := limited(res.Body, f.max)
	if err != nil {
		return nil, err
	}
	// The transport unpacks what it asked for; some servers pack unasked.
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return unpack(body, f.max)
	}
	return body, nil
}

func unpack(packed []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errors.Join(errPacked, err)
	}
	body, err := limited(z, limit)
	if err != nil && !errors.Is(err, errTooLarge) {
		err = errors.Join(errPacked, err)
	}
	return body, err
}

func limited(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}

func toUTF8(body []byte, label string) []byte {
	if label == "" {
		return body
	}
	r, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err != nil {
		return body
	}
	decoded, err := io.ReadAll(r)
	if err != nil {
		return body
	}
	return decoded
}
