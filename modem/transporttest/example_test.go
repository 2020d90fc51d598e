package transporttest_test

import (
	"fmt"
	"slices"

	"github.com/callstack-go/callstack/modem/transporttest"
)

func ExampleChecks() {
	names := transporttest.Checks()
	fmt.Println(names[0])
	fmt.Println(slices.Contains(names, "Close unblocks Read"))
	// Output:
	// bytes from the modem
	// true
}
