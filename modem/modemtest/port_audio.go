package modemtest

import (
	"encoding/binary"
	"os"
	"time"
)

// pcm is the switch of the audio stream. AT+CPCMREG reads back what was set,
// but audio flows only in a call in which it was set: the next call is silent
// until the program switches it on again.
type pcm struct {
	on        bool // AT+CPCMREG reads 1
	streaming bool // it was accepted in the present call
	last      bool // AT+CPCMREG=0,1 came: off when the call stops
	begun     bool // the program has sent a sample
	armed     bool // it streams from the next call's connection on
	paused    bool // the program was asked to pause
}

// audioPort is the audio port while it is open. It has no goroutine: the call
// that is up moves the bytes.
type audioPort struct {
	m     *Modem
	out   *buffer
	stall *stall

	// Under Modem.mu.
	err error  // what Write returns; nil while open
	in  []byte // what the call has not consumed
}

func newAudioPort(m *Modem) *audioPort {
	return &audioPort{
		m:     m,
		out:   newBuffer(2*m.fam.audio.wideRate, m.delivery.cuts()),
		stall: newStall(),
	}
}

// Read reads what the far side says.
func (p *audioPort) Read(b []byte) (int, error) { return p.out.read(b) }

// Write gives the far side something to hear. Without a call that takes it, it
// is discarded; of more than the family keeps ahead, the rest is lost.
func (p *audioPort) Write(b []byte) (int, error) {
	p.stall.wait(p.m.stalled(&p.m.faults.audioStall))
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	if !p.m.pcm.streaming || p.m.faults.audioDead {
		p.m.stats.AudioDiscarded += len(b)
		return len(b), nil
	}
	fits := max(0, min(len(b), p.m.audioBytes(orElse(p.m.fam.audio.ahead, time.Second))-len(p.in)))
	p.in = append(p.in, b[:fits]...)
	p.m.stats.AudioLost += len(b) - fits
	p.m.controlFlow(len(p.in))
	return len(b), nil
}

// Close closes the port.
func (p *audioPort) Close() error {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	p.shut()
	return nil
}

func (p *audioPort) shut() {
	p.err = os.ErrClosed
	p.out.close()
	p.stop()
}

func (p *audioPort) hangUp(err error) {
	if p.err == nil {
		p.err = ofWriting(err)
	}
	p.out.end(err)
	p.stop()
}

func (p *audioPort) stop() {
	if p.m.audio == p {
		p.m.audio = nil
	}
	p.m.stats.AudioUnread += p.out.takeLost()
	p.stall.end()
}

// rate returns the samples per second of the call's audio. By default VoLTE
// calls are wide-band and others are not (SIM7600 audio application note).
func (c *Caller) rate() int {
	f := c.m.fam.audio
	switch {
	case c.media.hz != 0:
		return c.media.hz
	case f == nil:
		return 8000
	case c.m.set.pcmFRM == 1, c.m.cfg.VoLTE && c.m.set.pcmVoLTE == 0, !c.m.cfg.VoLTE && c.m.set.pcmNoVoLTE == 0:
		return f.wideRate
	}
	return f.rate
}

// frame is the time that one burst covers.
func (m *Modem) frame() time.Duration {
	if m.burst == 0 {
		return 20 * time.Millisecond
	}
	return m.burst
}

// talking returns the call whose audio the port carries: the active one, or
// else one on hold, of which it carries silence.
func (m *Modem) talking() *Caller {
	var found *Caller
	for _, c := range m.calls {
		if c.stat == active {
			return c
		}
		if c.stat == held {
			found = c
		}
	}
	return found
}

// stopStream ends the stream with the last call that had audio.
func (m *Modem) stopStream() {
	if m.pcm.streaming && m.cfg.AudioDies {
		m.faults.audioDead = true
	}
	m.pcm.streaming, m.pcm.begun, m.pcm.paused = false, false, false
	if m.pcm.last {
		m.pcm = pcm{}
	}
	if m.audio != nil {
		m.stats.AudioDiscarded += len(m.audio.in)
		m.audio.in = nil
	}
}

// exchange moves one burst in both directions. What the program has sent is
// taken when it is there and missed when it is not: the clock is the far side's.
func (c *Caller) exchange() {
	m := c.m
	frame := make([]int16, int(m.frame()*time.Duration(c.rate())/time.Second))
	c.media.speak(frame)
	live := m.pcm.streaming && m.talking() == c
	if live {
		if c.stat == held {
			clear(frame)
		}
		m.sendAudio(frame)
	}
	clear(frame)
	if live {
		m.takeAudio(frame, c.stat == active)
		c.media.heard = append(c.media.heard, frame...)
	}
	c.media.listen(frame)
}

// sendAudio puts a burst on the wire.
func (m *Modem) sendAudio(frame []int16) {
	if m.audio == nil || m.faults.noFrames || m.faults.audioDead {
		return
	}
	raw := make([]byte, 0, 1+2*len(frame))
	if m.faults.stray {
		m.faults.stray = false
		raw = append(raw, 0)
	}
	for _, s := range frame {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
	}
	m.audio.out.write(raw)
}

// takeAudio fills frame with what the program has sent. On hold nobody hears
// it.
func (m *Modem) takeAudio(frame []int16, hears bool) {
	n := 0
	if m.audio != nil {
		for n < len(frame) && len(m.audio.in) >= 2*(n+1) {
			frame[n] = int16(binary.LittleEndian.Uint16(m.audio.in[2*n:]))
			n++
		}
		m.audio.in = append(m.audio.in[:0], m.audio.in[2*n:]...)
		m.controlFlow(len(m.audio.in))
	}
	if n > 0 {
		m.pcm.begun = true
	}
	if !hears {
		clear(frame)
		m.stats.AudioDiscarded += 2 * n
		return
	}
	if m.pcm.begun && n < len(frame) {
		m.stats.Underruns++
		m.stats.UnderrunSamples += len(frame) - n
	}
}
