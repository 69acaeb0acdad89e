TOOL = go tool -modfile=tools/go.mod
LINT = $(TOOL) golangci-lint

.PHONY: help check fmt fix lint vet race deadcode generated generate test bench fuzz shot

help: ## show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

check: fmt fix vet lint deadcode generated race ## everything that must hold before a change lands

fmt: ## formatting changes nothing
	@out=$$($(LINT) fmt -d) || true; test -z "$$out" || { echo "$$out"; echo 'run: make format'; exit 1; }

format: ## format all code
	$(LINT) fmt

fix: ## the modernizers change nothing
	@out=$$(go fix -diff ./... 2>&1); test -z "$$out" || { echo "$$out"; exit 1; }

lint: ## all linters
	$(LINT) run

vet: ## go vet
	go vet ./...

race: ## all tests under the race detector, shuffled; the floor plan is one of them
	go test -race -shuffle=on -timeout 20m ./...

deadcode: ## no function that nothing calls
	@out=$$($(TOOL) deadcode -test ./... | grep -v /dbgen/); test -z "$$out" || { echo "$$out"; exit 1; }

generate: ## make the generated files again
	cd store && go tool -modfile=../tools/go.mod sqlc generate

generated: generate ## the generated files are those that were committed
	git diff --exit-code -- store/dbgen

test: ## the README's test command
	go test ./...

bench: ## the figures of the README
	go test -run '^$$' -bench . -benchtime 3s ./bots/feishu . 

fuzz: ## each fuzz target for a few seconds
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r f; do \
	  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$$f" | sed 's/func //' | while read -r name; do \
	    echo "$$name"; go test -run '^$$' -fuzz "^$$name$$" -fuzztime 10s "./$$(dirname "$$f")" || exit 1; done; done

shot: ## take the README's picture again
	GENJIN_TEST_SHOT=docs/playground.png go test -count=1 -run TestBrowserWalk .
