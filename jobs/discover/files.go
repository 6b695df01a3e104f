package discover

import (
	"context"

	"plog.dev/plog/domain/openapi"
)

func refersElsewhere(raw []byte) bool { return false }

func (s *search) gather(ctx context.Context, r response, doc openapi.Document) (openapi.Document, []byte, error) {
	return doc, r.Body, nil
}
