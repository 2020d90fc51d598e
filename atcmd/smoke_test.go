package atcmd_test

import (
	"bufio"
	"net"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestExecReturnsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, modem := net.Pipe()
		c := atcmd.New(host, nil)
		var urcs []string
		c.Handle("RING", atcmd.Line, func(u atcmd.URC) { urcs = append(urcs, u.Line) })
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			sc := bufio.NewReader(modem)
			for {
				l, err := sc.ReadString('\r')
				if err != nil {
					return
				}
				modem.Write([]byte(l + "\r\nRING\r\n\r\n+CSQ: 21,99\r\n\r\nOK\r\n"))
			}
		})
		r, err := c.Exec(t.Context(), atcmd.Command{Text: "AT+CSQ"})
		require.NoError(t, err)
		assert.Equal(t, []string{"+CSQ: 21,99"}, r.Lines)
		synctest.Wait()
		require.NoError(t, c.Close())
		assert.Equal(t, []string{"RING"}, urcs)
	})
}
