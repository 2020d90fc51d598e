package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const output = `goos: linux
BenchmarkCommand/peer=floor/cmd=AT-2   	 100	 50 ns/op	 100 cpu-ns/op	 0 allocs/op
BenchmarkCommand/peer=ours/cmd=AT-2    	 100	 50 ns/op	 300 cpu-ns/op	 3 allocs/op
BenchmarkCommand/peer=ours/cmd=AT-2    	 100	 50 ns/op	 900 cpu-ns/op	 3 allocs/op
BenchmarkCommand/peer=ours/cmd=AT-2    	 100	 50 ns/op	 350 cpu-ns/op	 3 allocs/op
BenchmarkCommand/peer=ours/cmd=AT-2    	 100	 50 ns/op	 310 cpu-ns/op	 3 allocs/op
PASS
`

func readOutput(t *testing.T, text string) *results {
	t.Helper()
	r := newResults()
	require.NoError(t, r.read(strings.NewReader(text)))
	return r
}

func TestTable(t *testing.T) {
	var b strings.Builder
	readOutput(t, output).table(&b)
	assert.Equal(t, `| benchmark | peer | runs | CPU ns | × floor | allocations |
|---|---|---|---|---|---|
| Command/cmd=AT | floor | 1 | 100 | 1.00 | 0 |
| Command/cmd=AT | ours | 4 | 330 | 3.30 | 3 |
`, b.String())
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		bound bound
		over  bool
		want  string
	}{
		"ratio holds":      {bound{"Command/cmd=AT", cpuTime, 4, true}, false, "cpu-ns/op / floor's | 3.30 | 4 | holds"},
		"ratio exceeded":   {bound{"Command/cmd=AT", cpuTime, 3, true}, true, "cpu-ns/op / floor's | 3.30 | 3 | EXCEEDED"},
		"figure holds":     {bound{"Command/cmd=AT", allocs, 3, false}, false, "allocs/op | 3.00 | 3 | holds"},
		"figure exceeded":  {bound{"Command/cmd=AT", allocs, 2, false}, true, "allocs/op | 3.00 | 2 | EXCEEDED"},
		"no such":          {bound{"Command/cmd=ATI", allocs, 2, false}, true, "NOT MEASURED"},
		"no such, a ratio": {bound{"Command/cmd=ATI", cpuTime, 2, true}, true, "NOT MEASURED"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			assert.Equal(t, tt.over, readOutput(t, output).check(&b, []bound{tt.bound}))
			assert.Contains(t, b.String(), tt.want)
		})
	}
}

// A floor without the library beside it must not pass as a ratio of nothing.
func TestRatioNeedsBoth(t *testing.T) {
	first, _, _ := strings.Cut(output, "BenchmarkCommand/peer=ours")
	var b strings.Builder
	assert.True(t, readOutput(t, first).check(&b, []bound{{"Command/cmd=AT", cpuTime, 4, true}}))
	assert.Contains(t, b.String(), "NOT MEASURED")
}

func TestReadRefuses(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"nothing": {"PASS\n", "no benchmark in it"},
		"no peer": {"BenchmarkX-2 100 50 ns/op\n", "benchmark X has no part peer="},
		"no unit": {"BenchmarkX/peer=a-2 100 50\n", "benchmark X/peer=a: 50 has no unit"},
		"no figure": {
			"BenchmarkX/peer=a-2 100 fast ns/op\n",
			`benchmark X/peer=a: strconv.ParseFloat: parsing "fast": invalid syntax`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.EqualError(t, newResults().read(strings.NewReader(tt.in)), tt.want)
		})
	}
}
