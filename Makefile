# PLOG. `make help` lists what there is.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_VERSION := v2.15.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOLS := $(CURDIR)/bin/tools
GO_SOURCES = $(shell find cmd/plog cmd/sampleapi domain handlers jobs migrations repo static views web -name '*.go' -o -name '*.templ' -o -name '*.sql' -o -name '*.css' -o -name '*.js' -o -name '*.toml' 2>/dev/null)
K6_SOURCES = $(shell find cmd/k6 domain/metrics -name '*.go' ! -name '*_test.go') cmd/k6/go.mod
TESTFLAGS ?=
PLOG_ADDR ?= 127.0.0.1:8080
SAMPLE_ADDR ?= 127.0.0.1:8090

.PHONY: help run build generate fmt check test e2e bench verify image stories clean

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build everything, start PLOG and the sample shop, print the link that signs you in
	@deploy/run-local.sh "$(PLOG_ADDR)" "$(SAMPLE_ADDR)"

build: bin/plog bin/k6 bin/sampleapi ## bin/plog, bin/k6 (our k6) and bin/sampleapi

bin/plog: $(GO_SOURCES) go.mod go.sum
	go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/plog

bin/sampleapi: $(GO_SOURCES) go.mod go.sum
	go build -ldflags '-s -w' -o $@ ./cmd/sampleapi

bin/k6: $(K6_SOURCES) cmd/k6/go.sum
	cd cmd/k6 && go build -ldflags '-s -w' -o ../../bin/k6 .

generate: ## write the Go code of the templ views
	go tool templ generate -path ./views
	go tool templ generate -path ./cmd/stories

fmt: ## format Go and templ files
	gofmt -w cmd domain handlers jobs migrations repo static views web
	go tool templ fmt views cmd/stories

check: $(TOOLS)/golangci-lint ## formatting, vet, linters with the import rules, generated views up to date
	@bad=$$(gofmt -l cmd domain handlers jobs migrations repo static views web); [ -z "$$bad" ] || { echo "not formatted (make fmt):"; echo "$$bad"; exit 1; }
	go vet ./...
	cd cmd/k6 && go vet ./...
	@before=$$(find views cmd/stories -name '*_templ.go' -exec sha256sum {} + | sort | sha256sum); \
	 for d in views cmd/stories; do go tool templ generate -path ./$$d >$(TOOLS)/templ.log 2>&1 || { cat $(TOOLS)/templ.log; exit 1; }; done; \
	 after=$$(find views cmd/stories -name '*_templ.go' -exec sha256sum {} + | sort | sha256sum); \
	 [ "$$before" = "$$after" ] || { echo "generated views were out of date: they are written now, commit them"; exit 1; }
	$(TOOLS)/golangci-lint run ./...
	cd cmd/k6 && $(TOOLS)/golangci-lint run --config ../../.golangci.yml ./...

$(TOOLS)/golangci-lint:
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

test: bin/k6 ## all tests but the browser's, with the race detector
	PLOG_K6=$(CURDIR)/bin/k6 go test -race -timeout 20m $(TESTFLAGS) ./...
	cd cmd/k6 && PLOG_K6=$(CURDIR)/bin/k6 go test -race -timeout 20m $(TESTFLAGS) ./...

e2e: build ## the whole product in a real browser (Debian: chromium, fonts-noto-cjk)
	PLOG_BIN=$(CURDIR)/bin go test -tags e2e -count 1 -timeout 25m -v ./cmd/plog/e2e/...

bench: build ## measure, print tables, save them under docs/bench
	go run ./cmd/bench all

verify: check test e2e ## everything that must be green

image: ## container image plog:dev with plog and k6 (needs Docker)
	docker build --build-arg VERSION=$(VERSION) -t plog:dev .

stories: ## every view component with fixtures on 127.0.0.1:8091
	go run ./cmd/stories --addr 127.0.0.1:8091

clean: ## remove what was built
	rm -rf bin dist
