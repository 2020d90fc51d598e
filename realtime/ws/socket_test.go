package ws_test

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

func TestAClientOverTCPFollowsTheFeedToItsEnd(t *testing.T) {
	r := onLoopback(t, settings{})
	p := r.connect(t)
	p.hello(t)
	r.publish(100, 200)
	for i := range 100 {
		assert.Equal(t, i+1, p.text(t).Data.N)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.shutdown(t)
	}()
	closing, err := p.end()
	assert.ErrorIs(t, err, io.EOF)
	code, reason := closeCode(closing)
	assert.Equal(t, realtime.CloseGoingAway, code)
	assert.NotEmpty(t, reason)
	<-ended
}

func TestAConnectionThatIsCutIsNoticed(t *testing.T) {
	r := onLoopback(t, settings{})
	p := r.connect(t)
	p.hello(t)
	require.NoError(t, p.Close())
	waitFor(t, "the client is gone", func() bool { return r.hub.Stats().Clients == 0 })
	_, err := p.next()
	assert.True(t, errors.Is(err, net.ErrClosed), err)
}
