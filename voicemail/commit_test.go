package voicemail_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

// oneMessage takes a message of 2.5 s from the beep on, from a caller who speaks
// all the time and then presses "#".
func oneMessage(ctx context.Context, t testing.TB, dir *memory, cfg *voicemail.Config) (*voicemail.VoicemailBox, *visit) {
	t.Helper()
	box, err := voicemail.OpenIn(dir, "/box", cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = box.Close() })
	v := ring(ctx, t, box, nil)
	require.NoError(t, v.far.WaitAnswered(ctx))
	_ = v.far.Say(ctx, ramp(8*(460+60+60)+20000)) // ends early if the box hangs up
	v.far.Press("#")
	_, _ = v.wait()
	assert.Zero(t, dir.open, "all files are closed")
	return box, v
}

// The order of what is done to the disk is what lets nothing be lost.
func TestCommitOrder(t *testing.T) {
	before := []string{
		"create ID.wav.part", "write ID.wav.part",
		"create ID.json.part", "write ID.json.part", "sync ID.json.part",
		"sync ID.wav.part", "sync directory",
	}
	second := []string{"write ID.wav.part", "sync ID.wav.part"}
	after := []string{
		"create ID.json.tmp", "write ID.json.tmp", "sync ID.json.tmp",
		"rename ID.wav.part ID.wav", "rename ID.json.tmp ID.json",
		"sync directory", "remove ID.json.part",
	}
	tests := map[string]struct {
		every time.Duration
		syncs int // while recording and at its end
	}{
		"every second":  {0, 3},
		"twice as much": {500 * time.Millisecond, 6},
		"at the end":    {-1, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				dir := newMemory()
				_, v := oneMessage(ctx, t, dir, &voicemail.Config{SyncInterval: tt.every})
				require.NoError(t, v.err)
				want := slices.Concat(before, slices.Repeat(second, tt.syncs), after)
				assert.Equal(t, want, dir.log(v.msg.ID))
			})
		})
	}
}

// At every moment of a recording the file on the disk is a WAV, and at every
// sync it holds all that was said up to the last frame.
func TestEverySyncLeavesAWholeWAV(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		var lengths []int
		dir.fail = func(op, name string) error {
			if op == "sync" && strings.HasSuffix(name, ".wav.part") {
				dir.mu.Unlock()
				lengths = append(lengths, len(dir.samples(t, name)))
				dir.mu.Lock()
			}
			return nil
		}
		_, v := oneMessage(ctx, t, dir, nil)
		require.NoError(t, v.err)
		last := int(v.msg.Bytes-44) / 2
		assert.Equal(t, []int{0, 8000, 16000, last}, lengths)
	})
}

// Each operation in turn fails. One clear error says so, what could be kept is
// kept, and there is never half a message.
func TestAFaultOfTheDiskAtEachOperation(t *testing.T) {
	var steps int
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		oneMessage(ctx, t, dir, nil)
		steps = len(dir.log("-"))
	})
	require.Equal(t, 20, steps)

	for step := 1; step <= steps; step++ {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) { faultAt(ctx, t, step) })
		})
	}
}

func faultAt(ctx context.Context, t *testing.T, step int) {
	dir := newMemory()
	var failed string
	dir.fail = func(op, name string) error {
		if len(dir.ops) == step && failed == "" {
			failed = op + " " + name
		}
		if failed == op+" "+name {
			return syscall.EIO // and it stays broken
		}
		return nil
	}
	box, v := oneMessage(ctx, t, dir, nil)
	require.ErrorIs(t, v.err, syscall.EIO, failed)
	bad, ok := errors.AsType[*voicemail.DiskError](v.err)
	require.True(t, ok)
	assert.True(t, strings.HasPrefix(bad.Path, "/box"), bad.Path)
	assert.ErrorContains(t, v.err, "voicemail: "+bad.Op+" /box")
	assert.Equal(t, 1, strings.Count(v.err.Error(), bad.Error()), "said once: %v", v.err)
	assert.Equal(t, voice.Ended, v.call.State(), "the caller is not left alone")

	names := dir.names()
	id := idOf(names)
	if v.msg.Kept() {
		got, err := box.Get(v.msg.ID)
		require.NoError(t, err, failed)
		got.Key = v.msg.Key
		assert.Equal(t, v.msg, got)
		samples := dir.samples(t, id+".wav")
		assert.Len(t, samples, int(v.msg.Bytes-44)/2)
		assert.Positive(t, indexOf(ramp(30000), samples))
		return
	}
	assert.NotContains(t, names, id+".json", "%s: there is no message, or it is whole", failed)
	assert.Equal(t, voicemail.Fault, v.msg.Reason)
	if v.msg.Duration > 0 { // something was said: it is still there
		audio := id + ".wav.part"
		if slices.Contains(names, id+".wav") {
			audio = id + ".wav"
		}
		assert.Len(t, dir.samples(t, audio), int(v.msg.Duration.Milliseconds()*8))
		assert.Contains(t, names, id+".json.part", "and who said it")
	} else {
		assert.Empty(t, names)
	}
}

func idOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	id, _, _ := strings.Cut(names[0], ".")
	return id
}

// The disk gets full at some byte. What fitted is kept, whole and with its
// metadata, although there is no room for a further file.
func TestAFullDiskAtEachMoment(t *testing.T) {
	const files = 44 + voicemail.PartLength
	tests := map[string]struct {
		room int
		kept bool
		want voicemail.Reason
	}{
		"at once":                    {0, false, voicemail.DiskFull},
		"in the header":              {20, false, voicemail.DiskFull},
		"in the metadata":            {44 + 100, false, voicemail.DiskFull},
		"at the first sample":        {files, false, voicemail.DiskFull},
		"after half a second":        {files + 8000, false, voicemail.DiskFull},
		"just after MinDuration":     {files + 16000, true, voicemail.DiskFull},
		"after 1.5 s":                {files + 24000, true, voicemail.DiskFull},
		"in the last buffer":         {files + 40000, true, voicemail.DiskFull},
		"in the final metadata":      {files + 42000, true, voicemail.FinishKey},
		"never":                      {files + 45000, true, voicemail.FinishKey},
		"within a sample, after 2 s": {files + 32001, true, voicemail.DiskFull},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				dir := newMemory()
				dir.room = tt.room
				box, v := oneMessage(ctx, t, dir, nil)
				require.NoError(t, v.err, "a full disk is a reason")
				assert.Equal(t, tt.want, v.msg.Reason)
				assert.Equal(t, tt.kept, v.msg.Kept())
				assert.Equal(t, voice.Ended, v.call.State())
				if !tt.kept {
					assert.Empty(t, dir.names(), "no file takes up what little room there is")
					return
				}
				id := v.msg.ID
				assert.Equal(t, []string{id + ".json", id + ".wav"}, dir.names())
				got, err := box.Get(id)
				require.NoError(t, err)
				assert.Equal(t, tt.want, got.Reason)
				assert.Equal(t, caller, got.Caller)
				samples := dir.samples(t, id+".wav")
				assert.Equal(t, v.msg.Duration, time.Duration(len(samples))*time.Second/8000)
				assert.GreaterOrEqual(t, indexOf(ramp(30000), samples), 0)
				if tt.want == voicemail.DiskFull {
					assert.Len(t, samples, (tt.room-files)/2, "to the last sample that fitted")
				}
			})
		})
	}
}

func TestAFullDiskThatIsBrokenToo(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		dir.fail = func(op, name string) error {
			switch {
			case strings.HasSuffix(name, ".json.tmp"):
				return syscall.ENOSPC
			case op == "write" && strings.HasSuffix(name, ".json.part") && slices.Contains(dir.ops, "sync directory"):
				return syscall.EIO
			}
			return nil
		}
		_, v := oneMessage(ctx, t, dir, nil)
		require.ErrorIs(t, v.err, syscall.EIO)
		assert.False(t, v.msg.Kept())
		assert.Equal(t, voicemail.Fault, v.msg.Reason)
		names := dir.names()
		id := idOf(names)
		assert.Equal(t, []string{id + ".json.part", id + ".wav.part"}, names, "what was said waits for a repair")
	})
}

// Somebody's file is in the way; it stays.
func TestCreateNeverTouchesAnothersFile(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		dir.fail = func(op, name string) error {
			if op == "create" && dir.files[name] == nil {
				dir.files[name] = &memoryFile{dir: dir, name: name, b: []byte("mine")}
			}
			return nil
		}
		_, v := oneMessage(ctx, t, dir, nil)
		require.Error(t, v.err)
		require.Len(t, dir.names(), 1)
		assert.Equal(t, "mine", string(dir.files[dir.names()[0]].b))
	})
}

func TestABeepThatPanicsLeavesNothing(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Beep: func() voice.Source { panic("no beep") }})
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		assert.PanicsWithValue(t, "no beep", func() { _, _ = box.Record(ctx, call) })
		assert.Empty(t, dir.names())
		require.NoError(t, box.Close(), "nobody is waited for")
	})
}

// A recording waits for a slow disk, up to ten seconds of it.
func TestADiskThatStalls(t *testing.T) {
	tests := map[string]struct {
		stall time.Duration
		lost  bool
	}{
		"for 9 s: nothing is lost":                     {9 * time.Second, false},
		"for 12 s: silence of the length that is lost": {12 * time.Second, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				var log logBuffer
				dir := newMemory()
				syncs := 0
				dir.fail = func(op, name string) error {
					if op == "sync" && strings.HasSuffix(name, ".wav.part") {
						if syncs++; syncs == 2 { // the first while recording
							dir.mu.Unlock()
							sleep(ctx, tt.stall)
							dir.mu.Lock()
						}
					}
					return nil
				}
				box, err := voicemail.OpenIn(dir, "/box", &voicemail.Config{MaxDuration: 20 * time.Second, Logger: log.logger()})
				require.NoError(t, err)
				t.Cleanup(func() { _ = box.Close() })
				v := ring(ctx, t, box, nil)
				require.NoError(t, v.far.WaitAnswered(ctx))
				assert.ErrorIs(t, v.far.Say(ctx, ramp(30*8000)), voice.ErrEnded)
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, 20*time.Second, msg.Duration)
				samples := dir.samples(t, msg.ID+".wav")
				assert.Len(t, samples, 160000)
				silent := 0
				for _, s := range samples {
					if s == 0 {
						silent++
					}
				}
				if tt.lost {
					assert.InDelta(t, 2*8000, silent, 2*160)
					assert.Contains(t, log.String(), "voicemail lost audio")
				} else {
					assert.Zero(t, silent)
					assert.NotContains(t, log.String(), "WARN")
				}
			})
		})
	}
}

// What package os says of the operation and the path is not said twice.
func TestDiskErrorSaysItOnce(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		dir.fail = func(op, name string) error {
			if op == "rename" {
				return &os.LinkError{Op: "rename", Old: "/box/a", New: "/box/b", Err: syscall.EIO}
			}
			return nil
		}
		_, v := oneMessage(ctx, t, dir, nil)
		id := idOf(dir.names())
		assert.EqualError(t, v.err, "voicemail: rename /box/"+id+".wav.part: input/output error")
	})
}

// A fault of the last sync changes nothing about why the message ended, but for
// a disk that is full.
func TestFaultWhenTheRecordingIsCompleted(t *testing.T) {
	tests := map[string]struct {
		fault  error
		reason voicemail.Reason
		err    error
	}{
		"broken": {syscall.EIO, voicemail.FinishKey, syscall.EIO},
		"full":   {syscall.ENOSPC, voicemail.DiskFull, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, dir := openMemory(t, &voicemail.Config{SyncInterval: -1})
				syncs := 0
				dir.fail = func(op, name string) error {
					if op == "sync" && strings.HasSuffix(name, ".wav.part") {
						if syncs++; syncs == 2 { // the first is before the beep
							return tt.fault
						}
					}
					return nil
				}
				v := ring(ctx, t, box, nil)
				v.speak(ctx, t, ramp(16000))
				v.far.Press("#")
				msg, err := v.wait()
				require.ErrorIs(t, err, tt.err)
				assert.Equal(t, tt.reason, msg.Reason)
				assert.True(t, msg.Kept())
				stored, err := box.Get(msg.ID)
				require.NoError(t, err)
				assert.Equal(t, tt.reason, stored.Reason, "on the disk, too")
			})
		})
	}
}
