// Command wavcheck checks that each file named on its command line is a message
// as a telephone line gives it: a WAV of 8 kHz, mono, 16 bits, whose header tells
// the truth, longer than a second and not silent. It prints what it found, and
// exits with 1 if a file is not. It reads WAV by itself, as a second opinion on
// what the library writes.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"time"
)

const (
	rate      = 8000
	shortest  = time.Second
	pcm       = 1
	headerLen = 12 // RIFF, size, WAVE

	// quietest is the least mean level of a message in dB of full scale. Speech
	// of a call lies between -40 and -15; digital silence is -Inf.
	quietest = -50
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: wavcheck file.wav ...")
		os.Exit(2)
	}
	code := 0
	for _, name := range os.Args[1:] {
		data, err := os.ReadFile(name)
		if err == nil {
			var m message
			if m, err = check(data); err == nil {
				fmt.Fprintf(os.Stdout, "%s: 8 kHz, mono, 16-bit, %v, mean level %.1f dBFS\n", name, m.length, m.level)
				continue
			}
		}
		fmt.Fprintf(os.Stderr, "wavcheck: %s: %v\n", name, err)
		code = 1
	}
	os.Exit(code)
}

// message is what check finds in a good file.
type message struct {
	length time.Duration
	level  float64 // root mean square in dB of full scale
}

// format is the fmt chunk (Microsoft, Multimedia Programming Interface, 3).
type format struct {
	Tag, Channels uint16
	Rate, Bytes   uint32
	Align, Bits   uint16
}

// check returns what a file holds, or why it is no such message.
func check(data []byte) (message, error) {
	if len(data) < headerLen || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return message{}, errors.New("not a WAV")
	}
	if size := binary.LittleEndian.Uint32(data[4:]); int64(size) != int64(len(data))-8 {
		return message{}, fmt.Errorf("the header says %d bytes follow, %d do", size, len(data)-8)
	}
	chunks, err := split(data[headerLen:])
	if err != nil {
		return message{}, err
	}
	var f format
	if err := binary.Read(bytes.NewReader(chunks["fmt "]), binary.LittleEndian, &f); err != nil {
		return message{}, errors.New("no fmt chunk, or a short one")
	}
	if want := (format{pcm, 1, rate, 2 * rate, 2, 16}); f != want {
		return message{}, fmt.Errorf("format %+v, not %+v", f, want)
	}
	return listen(chunks["data"])
}

// split returns the chunks by their names. Each has an even length.
func split(data []byte) (map[string][]byte, error) {
	chunks := map[string][]byte{}
	for len(data) > 0 {
		if len(data) < 8 {
			return nil, fmt.Errorf("%d bytes after the last chunk", len(data))
		}
		name, size := string(data[:4]), int64(binary.LittleEndian.Uint32(data[4:]))
		data = data[8:]
		if size > int64(len(data)) {
			return nil, fmt.Errorf("chunk %q says %d bytes, %d are there", name, size, len(data))
		}
		chunks[name] = data[:size]
		data = data[min(size+size%2, int64(len(data))):]
	}
	return chunks, nil
}

// listen tells a message from silence by its samples.
func listen(samples []byte) (message, error) {
	if len(samples)%2 != 0 {
		return message{}, fmt.Errorf("%d bytes are no whole samples", len(samples))
	}
	n := len(samples) / 2
	m := message{length: time.Duration(n) * time.Second / rate}
	if m.length <= shortest {
		return m, fmt.Errorf("%v long, not more than %v", m.length, shortest)
	}
	var sum float64
	for i := range n {
		v := float64(int16(binary.LittleEndian.Uint16(samples[2*i:])))
		sum += v * v
	}
	m.level = 10 * math.Log10(sum/float64(n)/(1<<30))
	if m.level < quietest {
		return m, fmt.Errorf("silent: mean level %.1f dBFS", m.level)
	}
	return m, nil
}
