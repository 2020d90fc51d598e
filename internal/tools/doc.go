// Package tools holds no code. Its module pins the tools that this repository is
// checked with, so that none of them enters the go.mod of those who import the
// library. From the repository's root:
//
//	go tool -modfile=internal/tools/go.mod gofumpt -l .
//	go tool -modfile=internal/tools/go.mod golangci-lint run ./...
//	go tool -modfile=internal/tools/go.mod benchstat old.txt new.txt
//
// Staticcheck and goimports run within golangci-lint.
package tools
