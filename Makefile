# The tools are pinned in tools/go.mod, apart from what the program needs.
TOOL = go tool -modfile=tools/go.mod
LINT = $(TOOL) golangci-lint
FUZZTIME ?= 5s
# What `make generate` writes, and `make generated` compares.
GENERATED = store/dbgen docs/reference.zh-CN.md
# Every other directive of the tree, run by `make generate` too.
DIRECTIVES = $(shell grep -rlE '^//go:generate ' --include='*.go' . | xargs -r -n1 dirname | sort -u)

.PHONY: help check fmt format fix lint vet floor race model deadcode generated generate test bench fuzz shot vuln tools

help: ## show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

check: floor fmt fix vet lint deadcode generated race ## everything that must hold before a change lands

floor: ## the floor plan: rooms, arrows, package comments
	go test -run '^TestFloorPlan' .

fmt: ## formatting changes nothing
	@out=$$($(LINT) fmt -d) || { echo "$$out"; exit 1; }; test -z "$$out" || { echo "$$out"; echo 'run: make format'; exit 1; }

format: ## format all code
	$(LINT) fmt

fix: ## the modernizers of go fix change nothing
	@out=$$(go fix -diff ./... 2>&1) || { echo "$$out"; exit 1; }; test -z "$$out" || { echo "$$out"; echo 'run: go fix ./...'; exit 1; }

lint: ## all linters
	$(LINT) run

vet: ## go vet
	go vet ./...

race: ## all tests under the race detector, shuffled, one package at a time: the drills want the machine
	go test -race -shuffle=on -timeout 20m -p 1 ./...

model: ## 2,000 random histories of approvals on two platforms
	GENJIN_MODEL_RUNS=2000 go test -count=1 -timeout 20m -v -run '^TestModelApproval$$' .

deadcode: ## no function that nothing calls (the generated package aside)
	@out=$$($(TOOL) deadcode -test ./...) || { echo "$$out"; exit 1; }; test -z "$$out" || { echo "$$out"; exit 1; }

generate: ## make the generated files again
	cd store && go tool -modfile=../tools/go.mod sqlc generate
	@for dir in $(DIRECTIVES); do (set -x; go generate "$$dir") || exit 1; done
	GENJIN_TEST_REFERENCE=1 go test -count=1 -run '^TestReference$$' .

# Compared with a copy, not with git: a checkout need not be a repository, and
# a file that was never added is seen too.
generated: ## the generated files are those that generate makes
	@old=$$(mktemp -d) && trap 'rm -rf "$$old"' EXIT && cp -r $(GENERATED) "$$old" && $(MAKE) -s generate && \
	  for dir in $(GENERATED); do diff -ru "$$old/$$(basename "$$dir")" "$$dir" || exit 1; done

test: ## the README's test command
	go test ./...

bench: ## the figures of the README
	@for dir in $$(grep -rlE '^func Benchmark' --include='*_test.go' . | xargs -r -n1 dirname | sort -u); do \
	  go test -run '^$$' -bench . -benchtime 3s "$$dir" || exit 1; done
	GENJIN_AUDIT_ROWS=1000000 go test -run '^$$' -bench Backup/SQLite -benchtime 1x -timeout 60m ./store

fuzz: ## each fuzz target for FUZZTIME (5s)
	@grep -rE '^func Fuzz[A-Za-z0-9_]+\(' --include='*_test.go' . | sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]+).*|\1 \2|' | while read -r dir name; do \
	  echo "$$dir $$name"; go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$dir" || exit 1; done

shot: ## take the README's picture again
	GENJIN_TEST_SHOT=docs/playground.png go test -count=1 -run TestBrowserWalkOnWeCom .

vuln: ## known holes in what we use (needs the network)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

tools: ## build the pinned tools once, so that later stages only run them
	@for name in sqlc golangci-lint deadcode gofumpt; do $(TOOL) -n "$$name" >/dev/null || exit 1; done
