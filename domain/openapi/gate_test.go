package openapi_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func TestGate(t *testing.T) {
	gate := openapi.NewGate()
	small, large := megabyte(), largeText()
	var all sync.WaitGroup
	for range 3 {
		for _, raw := range [][]byte{small, large} {
			all.Go(func() {
				doc, err := gate.Parse(t.Context(), raw)
				if err != nil || len(doc.Operations) != 600 {
					t.Errorf("%d operations, %v", len(doc.Operations), err)
				}
			})
		}
	}
	all.Wait()
	if _, err := gate.Parse(t.Context(), []byte("<html>")); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a web page: %v", err)
	}
	cause := errors.New("gone home")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := gate.Parse(ctx, large); !errors.Is(err, cause) {
		t.Errorf("cancelled: %v", err)
	}
}

func largeText() []byte {
	return bytes.Replace(megabyte(), []byte(`"title":"t"`), []byte(`"title":"t","description":"`+strings.Repeat("words ", 1<<20)+`"`), 1)
}
