package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommands(t *testing.T) {
	tests := map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"none":              {nil, exitUsage, "", "usage: callstack COMMAND"},
		"help":              {[]string{"-h"}, exitHealthy, "doctor     find the modems", ""},
		"help in words":     {[]string{"help"}, exitHealthy, "doctor     find the modems", ""},
		"unknown":           {[]string{"nurse"}, exitUsage, "", `no command "nurse"`},
		"help of doctor":    {[]string{"doctor", "-h"}, exitHealthy, "exit codes: 0 all is well, 1", ""},
		"argument":          {[]string{"doctor", "who"}, exitUsage, "", `unexpected argument "who"`},
		"unknown flag":      {[]string{"doctor", "-cure"}, exitUsage, "", "-cure"},
		"audio without AT":  {[]string{"doctor", "-audio", "/dev/x"}, exitUsage, "", "-audio goes with -at"},
		"rate without AT":   {[]string{"doctor", "-baud", "9600"}, exitUsage, "", "-baud goes with -at"},
		"negative rate":     {[]string{"doctor", "-at", "/dev/x", "-baud", "-1"}, exitUsage, "", "-baud is negative"},
		"no time":           {[]string{"doctor", "-timeout", "0"}, exitUsage, "", "-timeout is not positive"},
		"no port of a name": {[]string{"doctor", "-at", "/dev/nowhere"}, exitNothing, "No modem was found.", "asking /dev/nowhere …\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.code, run(t.Context(), tt.args, &stdout, &stderr))
			for _, out := range []struct {
				want string
				got  string
			}{{tt.stdout, stdout.String()}, {tt.stderr, stderr.String()}} {
				if out.want == "" {
					assert.Empty(t, out.got)
				} else {
					assert.Contains(t, out.got, out.want)
				}
			}
		})
	}
}

func TestHelpNamesTheFlags(t *testing.T) {
	var stdout bytes.Buffer
	run(t.Context(), []string{"doctor", "-h"}, &stdout, &stdout)
	for _, name := range []string{"-at path", "-audio path", "-baud rate", "-timeout duration", "-identify", "-json"} {
		assert.Contains(t, stdout.String(), name)
	}
}
