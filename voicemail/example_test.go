package voicemail_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

// A box takes a call and keeps what the caller says. The far side is a test line
// here; a modem's calls come to the handler in the same way.
func ExampleVoicemailBox_Record() {
	dir, err := os.MkdirTemp("", "voicemail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	box, err := voicemail.Open(dir, &voicemail.Config{
		NoBeep:      true,
		MaxDuration: 200 * time.Millisecond,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer box.Close()

	call, far := voicetest.NewCall(&voicetest.Config{Number: "+12025550100"})
	defer far.Close()
	err = voice.Serve(context.Background(), voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		msg, err := box.Record(ctx, call)
		if err != nil {
			return err
		}
		fmt.Println(msg.Caller, msg.Duration, msg.Rate, msg.Reason)
		return nil
	}), call)
	if err != nil {
		fmt.Println(err)
	}
	// Output: +120****0100 200ms 8000 max_duration
}

// Messages are listed with the newest first, and deleted by their ID.
func ExampleVoicemailBox_List() {
	dir, err := os.MkdirTemp("", "voicemail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	box, err := voicemail.Open(dir, &voicemail.Config{NoBeep: true, MaxDuration: 100 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer box.Close()

	for range 2 {
		call, far := voicetest.NewCall(nil)
		if _, err := box.Record(context.Background(), call); err != nil {
			fmt.Println(err)
		}
		far.Close()
	}
	for msg, err := range box.List() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(msg.Duration, msg.Bytes, box.Delete(msg.ID))
	}
	// Output:
	// 100ms 1644 <nil>
	// 100ms 1644 <nil>
}
