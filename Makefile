# Every target works on a fresh machine that has Go, make and git; what needs more says so and where it comes from.
SHELL := /bin/bash
BINARY := bin/banyan
SHOP := examples/shop/banyan.yaml
# The race detector needs cgo, which go turns on where it finds a C compiler.
RACE = $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && echo -race)

.DEFAULT_GOAL := help

.PHONY: help
help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/banyan
	@go build -trimpath -o $(BINARY) ./cmd/banyan

.PHONY: demo
demo: ## Build Banyan and start the shop; returns when it answers
	@bash scripts/demo.sh

.PHONY: demo-down
demo-down: build ## Stop the shop
	@$(BINARY) down --file $(SHOP)

.PHONY: test
test: ## All of go test ./..., with -race where a C compiler answers
	go test $(RACE) -timeout 15m ./...

.PHONY: lint
lint: ## gofmt, go vet, golangci-lint
	@bash scripts/lint.sh

.PHONY: vulnerable
vulnerable: ## govulncheck, where its database is reachable
	@bash scripts/vulnerable.sh

.PHONY: fuzz
fuzz: ## Each fuzz target for a few seconds (FUZZTIME=5s)
	@bash scripts/fuzz.sh

.PHONY: generate
generate: build ## Write the generated files again: the JSON Schema, the OpenAPI document, the references of the book
	@$(BINARY) schema > docs/banyan.schema.json
	@go test ./internal/api -run TestTheDocumentIsCurrent -update >/dev/null
	@go test ./internal/spec -run TestTheReferenceIsCurrent -update >/dev/null
	@go test ./internal/cli -run TestTheReferenceOfTheCommandsIsCurrent -update >/dev/null
	@go test ./internal/book -run TestTheIndexOfCodesIsCurrent -update >/dev/null

.PHONY: cross
cross: ## Compile for Linux, macOS and Windows
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
	  echo "  $$os/$$arch"; GOOS=$$os GOARCH=$$arch CGO_ENABLED=0 go build -o /dev/null ./cmd/banyan || exit 1; done; done

.PHONY: release
release: ## dist/: archives, packages, bills of materials and checksums for Linux, macOS and Windows
	@go run ./scripts/release -out dist

.PHONY: reproduce
reproduce: ## Make the release of one system twice, apart from each other, and compare the bytes
	@bash scripts/reproduce.sh

.PHONY: torture
torture: ## Faults: processes killed at random while requests run
	go test -tags torture -count 1 -timeout 15m ./internal/node/...

.PHONY: browser
browser: ## The page, and HTTPS by name, in headless Chromium
	go test -tags browser -count 1 -timeout 5m ./internal/dashboard/...
	go test -tags browser -count 1 -timeout 5m -run Browser ./internal/node

.PHONY: invariants
invariants: ## Tests with the expensive invariants of the request path
	go test -tags invariants ./internal/exchange/... ./internal/proxy/... ./internal/gateway/... ./internal/mesh/...

.PHONY: bench
bench: bench-start bench-engine ## Both benches

.PHONY: conformance
conformance: build ## suites that others wrote, against a running application
	bash bench/conformance/install.sh
	go run ./bench/conformance

.PHONY: bench-start
bench-start: build ## up, first request, down, memory
	go run ./bench/start

.PHONY: bench-engine
bench-engine: build ## The engine beside nginx, HAProxy, Caddy and ReverseProxy: cost, latency, growth (10 minutes)
	bash bench/engine/install.sh
	go run ./bench/engine

.PHONY: bench-telemetry
bench-telemetry: ## CPU, bytes and answers of the store of spans and lines
	go run ./bench/telemetry

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin dist examples/*/bin
