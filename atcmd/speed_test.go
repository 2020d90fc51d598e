package atcmd_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

var (
	csq     = []byte("AT+CSQ")
	onlyOK  = []byte("\r\nOK\r\n")
	withCSQ = []byte("\r\n+CSQ: 21,99\r\n\r\nOK\r\n")
)

// quickModem answers AT+CSQ, and allocates nothing doing so. It ends with rw.
func quickModem(rw io.ReadWriter) {
	buf := make([]byte, 4096)
	for {
		n, err := rw.Read(buf)
		if err != nil {
			return
		}
		answer := onlyOK
		if bytes.HasPrefix(buf[:n], csq) {
			answer = withCSQ
		}
		if _, err := rw.Write(answer); err != nil {
			return
		}
	}
}

// quickConn is a Conn with 20 handlers and a quick modem.
func quickConn(tb testing.TB) *atcmd.Conn {
	tb.Helper()
	host, modem := net.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() { quickModem(modem) })
	c := atcmd.New(host, nil)
	tb.Cleanup(func() {
		require.NoError(tb, c.Close())
		modem.Close()
		wg.Wait()
	})
	for i := range 20 {
		c.Handle(fmt.Sprintf("+XURC%d", i), atcmd.Line, func(atcmd.URC) {})
	}
	return c
}

// TestCommandAllocatesAtMostFourTimes holds the library's promise. It takes two:
// the answer's line, and the slice that holds it.
func TestCommandAllocatesAtMostFourTimes(t *testing.T) {
	c := quickConn(t)
	ctx := t.Context()
	var err error
	got := testing.AllocsPerRun(2000, func() {
		_, execErr := c.Exec(ctx, atcmd.Command{Text: "AT+CSQ"})
		if execErr != nil {
			err = execErr
		}
	})
	require.NoError(t, err)
	assert.LessOrEqual(t, got, 4.0)
	t.Logf("%.2f allocations", got)
}

// flood is a Conn with 20 handlers; push has the modem send n URCs and waits
// until their handler has had them all.
func flood(tb testing.TB) (push func(n int)) {
	tb.Helper()
	host, modem := net.Pipe()
	c := atcmd.New(host, nil)
	tb.Cleanup(func() {
		require.NoError(tb, c.Close())
		modem.Close()
	})
	// The handler gives back what push takes, so that no more than the queue
	// holds is on its way.
	const most = 2048
	room := make(chan struct{}, most)
	last := ""
	c.Handle("+CMTI", atcmd.Line, func(u atcmd.URC) {
		last = u.Line
		<-room
	})
	for i := range 19 {
		c.Handle(fmt.Sprintf("+XURC%d", i), atcmd.Line, func(atcmd.URC) {})
	}
	line := []byte("\r\n+CMTI: \"SM\",7\r\n")
	batch := bytes.Repeat(line, 64)
	return func(n int) {
		for n > 0 {
			now := min(n, 64)
			for range now {
				room <- struct{}{}
			}
			if _, err := modem.Write(batch[:now*len(line)]); err != nil {
				tb.Error(err)
				return
			}
			n -= now
		}
		for range most { // all handled
			room <- struct{}{}
		}
		for range most {
			<-room
		}
		assert.Equal(tb, `+CMTI: "SM",7`, last)
	}
}

func TestURCAllocatesAtMostOnce(t *testing.T) {
	const lines = 5000
	push := flood(t)
	got := testing.AllocsPerRun(5, func() { push(lines) }) / lines
	assert.LessOrEqual(t, got, 1.01) // those of push itself are shared by all lines
	t.Logf("%.3f allocations", got)
}

func BenchmarkCommand(b *testing.B) {
	b.Run("peer=floor", func(b *testing.B) {
		host, modem := net.Pipe()
		var wg sync.WaitGroup
		wg.Go(func() { quickModem(modem) })
		sc := bufio.NewScanner(host)
		text := []byte("AT+CSQ\r")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := host.Write(text); err != nil {
				b.Fatal(err)
			}
			for sc.Scan() && string(sc.Bytes()) != "OK" {
			}
		}
		host.Close()
		wg.Wait()
	})
	b.Run("peer=ours", func(b *testing.B) {
		c := quickConn(b)
		ctx := b.Context()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Exec(ctx, atcmd.Command{Text: "AT+CSQ"}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkURC(b *testing.B) {
	push := flood(b)
	b.ReportAllocs()
	b.ResetTimer()
	push(b.N)
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		atcmd.Parse(`+CLCC: 1,1,4,0,0,"+12025550100",145`)
	}
}
