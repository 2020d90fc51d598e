module github.com/callstack-go/callstack/internal/bench

go 1.26

require (
	github.com/callstack-go/callstack v0.0.0
	github.com/stretchr/testify v1.12.1
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace github.com/callstack-go/callstack => ../..
