package modem

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTextOfATone(t *testing.T) {
	tests := map[string]struct {
		profile Profile
		length  time.Duration
		want    string
	}{
		"no duration":      {Profile{}, time.Second, "AT+VTS=5"},
		"tenths":           {Profile{ToneUnit: 100 * time.Millisecond}, time.Second, "AT+VTS=5,10"},
		"hundredths":       {Profile{ToneUnit: 10 * time.Millisecond}, time.Second, "AT+VTS=5,100"},
		"rounded up":       {Profile{ToneUnit: 100 * time.Millisecond}, 150 * time.Millisecond, "AT+VTS=5,2"},
		"rounded down":     {Profile{ToneUnit: 100 * time.Millisecond}, 149 * time.Millisecond, "AT+VTS=5,1"},
		"a unit at least":  {Profile{ToneUnit: 100 * time.Millisecond}, 40 * time.Millisecond, "AT+VTS=5,1"},
		"call and key":     {Profile{Tone: "AT^DTMF={call},{key}"}, time.Second, "AT^DTMF=3,5"},
		"unit not used":    {Profile{Tone: "AT^DTMF={call},{key}", ToneUnit: time.Second}, time.Second, "AT^DTMF=3,5"},
		"all of it, twice": {Profile{Tone: "AT+X={key},{duration},{key}", ToneUnit: time.Second}, 2 * time.Second, "AT+X=5,2,5"},
		"quoted":           {Profile{Tone: `AT+VTS="{key}"`}, time.Second, `AT+VTS="5"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.profile.toneText('5', 3, tt.length))
		})
	}
}

func TestToneIsSentWithEachKey(t *testing.T) {
	for _, key := range []byte("0123456789*#ABCD") {
		assert.Equal(t, "AT^DTMF=1,"+string(rune(key)), (&Profile{Tone: "AT^DTMF={call},{key}"}).toneText(key, 1, 0))
		assert.Equal(t, "AT+VTS="+string(rune(key)), generic.toneText(key, 0, time.Second))
	}
}
