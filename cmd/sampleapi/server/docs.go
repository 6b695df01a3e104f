package server

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/swaggest/swgui/v5/static"

	"plog.dev/plog/cmd/sampleapi/shop"
)

// pages are our own files: a Swagger UI page laid out as the original distribution lays it out, and the index.
//
//go:embed pages
var pages embed.FS

// mountDocument serves the one document in both notations.
func (s *Server) mountDocument() error {
	asJSON, err := yaml.YAMLToJSON(shop.Document)
	if err != nil {
		return fmt.Errorf("convert the document to JSON: %w", err)
	}
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "application/json", asJSON)
	})
	s.mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "application/yaml", shop.Document)
	})
	return nil
}

// mountDocs serves Swagger UI under /docs/; nothing of it comes from another host.
func (s *Server) mountDocs() {
	s.mux.Handle("GET /docs", http.RedirectHandler("/docs/", http.StatusMovedPermanently))
	s.mux.HandleFunc("GET /docs/{file...}", func(w http.ResponseWriter, r *http.Request) {
		file := r.PathValue("file")
		if file == "" {
			file = "index.html"
		}
		if body, err := pages.ReadFile("pages/docs/" + file); err == nil {
			write(w, http.StatusOK, mime.TypeByExtension(path.Ext(file)), body)
			return
		}
		serveAsset(w, r, file)
	})
}

// serveAsset serves a file of the Swagger UI distribution, most of which is stored compressed.
func serveAsset(w http.ResponseWriter, r *http.Request, file string) {
	body, err := static.FS.ReadFile(file)
	compressed := false
	if err != nil {
		body, err = static.FS.ReadFile(file + ".gz")
		compressed = true
	}
	if err != nil {
		http.NotFound(w, r)
		return
	}
	if compressed && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
	} else if compressed {
		if body, err = unzip(body); err != nil {
			problem(w, http.StatusInternalServerError, "The file cannot be unpacked.")
			return
		}
	}
	w.Header().Set("Vary", "Accept-Encoding")
	write(w, http.StatusOK, mime.TypeByExtension(path.Ext(file)), body)
}

func unzip(compressed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("open the compressed file: %w", err)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("unpack the file: %w", err)
	}
	return body, nil
}
