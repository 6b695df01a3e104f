package main

import (
	"context"
	"errors"
	"log/slog"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/handlers"
	"plog.dev/plog/jobs/discover"
)

// finder finds documents for the handlers, by the policy as it stands.
type finder struct {
	policy func(context.Context) target.Policy
	folder discover.Folder
	log    *slog.Logger
}

// Find implements handlers.Finder.
func (f finder) Find(ctx context.Context, req handlers.FetchRequest) (handlers.Found, error) {
	fetcher := discover.NewFetcher(f.policy(ctx), discover.WithLog(f.log))
	found, err := discover.NewFinder(fetcher).Find(ctx, discover.Request(req))
	return handed(found), err
}

// Read implements handlers.Finder.
func (f finder) Read(_ context.Context, file handlers.Upload) (handlers.Found, error) {
	found, err := discover.ReadUpload(discover.Upload(file))
	return handed(found), err
}

// Folder implements handlers.Finder.
func (f finder) Folder(ctx context.Context) ([]handlers.FolderFile, error) {
	files, err := f.folder.List(ctx)
	list := make([]handlers.FolderFile, 0, len(files))
	for _, file := range files {
		list = append(list, handlers.FolderFile(file))
	}
	return list, err
}

// FromFolder implements handlers.Finder.
func (f finder) FromFolder(_ context.Context, path string) (handlers.Found, error) {
	found, err := f.folder.Read(path)
	return handed(found), err
}

// handed returns what was found as the handlers know it.
func handed(found discover.Found) handlers.Found {
	all := handlers.Found{
		Document: found.Document, Raw: found.Raw, DocumentURL: found.DocumentURL, PageURL: found.PageURL,
		Strategy: found.Strategy, Definition: found.Definition,
	}
	for _, d := range found.Definitions {
		all.Definitions = append(all.Definitions, handlers.Definition(d))
	}
	for _, a := range found.Tried {
		all.Tried = append(all.Tried, handlers.Attempt{Strategy: a.Strategy, URL: a.URL, Problem: problem(a.Err)})
	}
	return all
}

// problem returns the sentence of what went wrong, none for nil.
func problem(err error) domain.Message {
	var known *domain.Error
	switch {
	case err == nil:
		return domain.Message{}
	case errors.As(err, &known):
		return known.Message
	}
	return domain.Msg("discover.given_up", "It was not looked at to the end.")
}
