#!/bin/sh
# Makes greeting.wav and caller.wav again: 8 kHz, 16-bit, mono, as a call on a
# GSM modem has it. It needs espeak-ng 1.51 and SoX 14.4; other versions say the
# same with other samples. Nothing runs this by itself: the files are in the
# repository, and the program embeds them.
set -eu
cd "$(dirname "$0")"

# say voice words-per-minute text file
#
# The silence that espeak-ng leaves at both ends is cut, 50 ms of it put back,
# and the peak set to -6 dB of full scale, after the last step that can change
# it. -D: no dither, so that the same versions give the same bytes.
say() {
	espeak-ng -v "$1" -s "$2" --stdout "$3" |
		sox -q -D -t wav - -r 8000 -c 1 -b 16 "$4" \
			highpass 100 rate 8000 \
			silence 1 0.005 0.5% reverse silence 1 0.005 0.5% reverse \
			norm -6 pad 0.05 0.05
}

say en-us+f3 180 "Nobody can take your call right now. Please leave a message after the tone, then press hash." greeting.wav
say en-gb+m3 175 "Hello, it's me. I will be ten minutes late, so please start without me. Goodbye." caller.wav
