module github.com/callstack-go/callstack/internal/soak

go 1.26

require (
	github.com/callstack-go/callstack v0.0.0
	github.com/creack/pty v1.1.24
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/coder/websocket v1.8.15 // indirect
	github.com/youpy/go-riff v0.1.0 // indirect
	github.com/youpy/go-wav v0.3.2 // indirect
	github.com/zaf/g711 v0.0.0-20190814101024-76a4a538f52b // indirect
	go.bug.st/serial v1.8.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.43.0 // indirect
)

replace github.com/callstack-go/callstack => ../..
