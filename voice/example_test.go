package voice_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// The examples run in real time, on the line of package voicetest: their prompts
// are short. A program gets its calls from a carrier, such as package modem.

// A handler serves one call. A carrier runs it by the rules of Serve: whatever it
// leaves up is hung up.
func ExampleServe() {
	menu := voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		choice, err := call.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Max: 1})
		if err != nil {
			return err // most often because the caller has hung up: that is no fault
		}
		switch choice.Keys {
		case "1":
			fmt.Println("to the shop")
		case "2":
			fmt.Println("to the workshop")
		default:
			fmt.Println("nothing chosen:", choice.End)
		}
		return nil
	})

	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	caller.Press("2") // knows the menu, and does not wait for the beep
	err := voice.Serve(context.Background(), menu, call)
	end, _ := call.End()
	fmt.Println(err, end.Reason)
	// Output:
	// to the workshop
	// <nil> local_hangup
}

// RingFor answers late, as an answering machine does: a caller whom somebody
// else has taken, or who gives up, never reaches the handler.
func ExampleRingFor() {
	machine := voice.RingFor(20*time.Millisecond, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		fmt.Println(call.State())
		return call.Answer(ctx)
	}))

	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	fmt.Println(voice.Serve(context.Background(), machine, call))

	call, caller = voicetest.NewCall(nil)
	caller.Hangup()
	fmt.Println(voice.Serve(context.Background(), machine, call))
	// Output:
	// ringing
	// <nil>
	// <nil>
}

func ExampleCallSession_Play() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}

	// In a program, voice.File("greeting.wav") stands where the tone is.
	prompt := voice.Concat(voice.Tone(20*time.Millisecond, 440), voice.Silence(20*time.Millisecond))
	played, err := call.Play(ctx, prompt, &voice.PlayOptions{Interrupt: voice.AnyKey})
	fmt.Println(played.Duration, played.Key != 0, err)

	_, err = call.Play(ctx, voice.PCM(44100, make([]int16, 44100)), nil)
	fmt.Println(err)
	// Output:
	// 40ms false <nil>
	// voice: audio is at 44100 Hz, the call at 8000 Hz: convert it to 8000 Hz first
}

func ExampleCallSession_Record() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}

	var message bytes.Buffer // call.RecordFile writes a WAV
	rec, err := call.Record(ctx, &message, &voice.RecordOptions{
		Max:     50 * time.Millisecond,
		Silence: 5 * time.Second,
		Finish:  "#",
	})
	fmt.Println(rec.Duration, rec.Reason, rec.Format, message.Len(), "bytes,", err)
	// Output:
	// 50ms max_duration 8000 Hz 800 bytes, <nil>
}

// A prompt stops at the first key. Digits print without the keys, as they may be
// a PIN.
func ExampleCallSession_PlayAndCollect() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}

	typing := time.AfterFunc(30*time.Millisecond, func() { caller.Press("4711#") })
	defer typing.Stop()
	pin, err := call.PlayAndCollect(ctx, voice.Tone(time.Minute, 440), &voice.CollectOptions{
		Terminator: "#",
		Secret:     true,
	})
	fmt.Println(pin, err)
	fmt.Println(pin.Keys == "4711")
	// Output:
	// 4 keys, terminator <nil>
	// true
}

// Music plays on while the handler does something else.
func ExampleCallSession_Start() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}

	music := call.Start(voice.Tone(time.Hour, 440, 550), nil)
	_, err := call.Play(ctx, voice.Beep(), nil)
	fmt.Println(err)
	_, err = music.Stop()
	fmt.Println(err)
	// Output:
	// voice: the call is playing something already: wait for it or stop it
	// <nil>
}

// A tap listens to a call and disturbs nobody.
func ExampleCallSession_Tap() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	tap := call.Tap(voice.TapOptions{Side: voice.FarSide})
	defer tap.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}

	frame := make([]int16, 160)
	n, err := tap.Read(ctx, frame)
	fmt.Println(n, "samples", err)
	// Output:
	// 160 samples <nil>
}

// A stream carries audio both ways: to a speech service, or, as here, back to
// who has spoken.
func ExampleCallSession_Stream() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	call, caller := voicetest.NewCall(nil)
	defer caller.Close()
	if err := call.Answer(ctx); err != nil {
		fmt.Println(err)
	}
	stream, err := call.Stream(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stream.Close()

	frame := make([]int16, stream.Format().Frame())
	for range 3 {
		n, err := stream.Read(ctx, frame)
		if err != nil {
			fmt.Println(err)
		}
		if _, err := stream.Write(ctx, frame[:n]); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(stream.Finish(ctx))
	// Output:
	// <nil>
}

// loopback is the smallest carrier: it signals nothing to nobody.
type loopback struct{ feed *voice.Feed }

func (l *loopback) Answer(context.Context) error {
	l.feed.State(voice.Active)
	l.feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: 8000}})
	return nil
}

func (l *loopback) Hangup(context.Context) error {
	l.feed.End(voice.End{Reason: voice.LocalHangup})
	return nil
}

func (l *loopback) SendDTMF(_ context.Context, key byte, _ time.Duration) error {
	l.feed.Digit(key, voice.FromCarrier)
	return nil
}

// A carrier makes a call over its line and feeds it, at its own pace, with what
// happens: states, keys, frames of audio.
func ExampleNewCall() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	line := &loopback{}
	call, feed := voice.NewCall(line, voice.Info{ID: "1", Number: "+12025550100"})
	line.feed = feed
	tap := call.Tap(voice.TapOptions{})
	fmt.Println(call)
	fmt.Println(call.Answer(ctx), call.State())

	frame := make([]int16, 160)
	feed.Next(frame)     // what the far side is to hear
	feed.Received(frame) // what it says
	n, err := tap.Read(ctx, frame)
	fmt.Println(n, err)

	fmt.Println(call.SendDTMF(ctx, "5", &voice.ToneOptions{Duration: 40 * time.Millisecond, Gap: 40 * time.Millisecond}))
	digits, err := call.Collect(ctx, &voice.CollectOptions{Max: 1})
	fmt.Println(digits.Keys, err)
	fmt.Println(call.Hangup(ctx), call.State())
	// Output:
	// incoming call 1, ringing, +120****0100
	// <nil> active
	// 160 <nil>
	// <nil>
	// 5 <nil>
	// <nil> ended
}
