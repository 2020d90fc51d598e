package modemtest_test

import "github.com/callstack-go/callstack/modem/modemtest"

// dialect is how the tests make a family tell of calls, and what a calm modem
// says of each course of a call then: its lines, with "|" between them and "<n>"
// for the number.
type dialect struct {
	on   []string
	said map[string]string
}

var dialects = map[modemtest.Family]dialect{
	modemtest.A7670: {
		on: []string{"AT+CLIP=1", "AT+CLCC=1"},
		said: map[string]string{
			"in, they hang up": `RING|+CLCC: 1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|VOICE CALL: BEGIN|OK|+CLCC: 1,1,0,0,0,"<n>",145|` +
				`+CLCC: 1,1,6,0,0,"<n>",145|VOICE CALL: END: 000012|NO CARRIER`,
			"in, we hang up": `RING|+CLCC: 1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|VOICE CALL: BEGIN|OK|+CLCC: 1,1,0,0,0,"<n>",145|` +
				`VOICE CALL: END: 000012|OK|+CLCC: 1,1,6,0,0,"<n>",145`,
			"in, given up": `RING|+CLCC: 1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|RING|+CLIP: "<n>",145,,,,0|+CLCC: 1,1,6,0,0,"<n>",145|` +
				`MISSED_CALL: 12:00AM <n>|NO CARRIER`,
			"in, rejected": `RING|+CLCC: 1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|VOICE CALL: END: 000000|OK|+CLCC: 1,1,6,0,0,"<n>",145`,
			"out, they hang up": `OK|+CLCC: 1,0,2,0,0,"<n>",145|+CLCC: 1,0,3,0,0,"<n>",145|VOICE CALL: BEGIN|+CLCC: 1,0,0,0,0,"<n>",145|` +
				`+CLCC: 1,0,6,0,0,"<n>",145|VOICE CALL: END: 000012|NO CARRIER`,
			"out, we hang up": `OK|+CLCC: 1,0,2,0,0,"<n>",145|+CLCC: 1,0,3,0,0,"<n>",145|VOICE CALL: BEGIN|+CLCC: 1,0,0,0,0,"<n>",145|` +
				`VOICE CALL: END: 000012|OK|+CLCC: 1,0,6,0,0,"<n>",145`,
			"out, busy":       `OK|+CLCC: 1,0,2,0,0,"<n>",145|+CLCC: 1,0,6,0,0,"<n>",145|BUSY`,
			"out, no answer":  `OK|+CLCC: 1,0,2,0,0,"<n>",145|+CLCC: 1,0,3,0,0,"<n>",145|+CLCC: 1,0,6,0,0,"<n>",145|NO ANSWER`,
			"out, rejected":   `OK|+CLCC: 1,0,2,0,0,"<n>",145|+CLCC: 1,0,3,0,0,"<n>",145|+CLCC: 1,0,6,0,0,"<n>",145|NO CARRIER`,
			"out, no service": `NO CARRIER`,
		},
	},
	modemtest.SIM868: {
		on: []string{"AT+CLIP=1", "AT+CLCC=1", "AT+MORING=1"},
		said: map[string]string{
			"in, they hang up": `RING|+CLCC: 1,1,4,0,0,"<n>",145,""|+CLIP: "<n>",145,"",0,"",0|OK|+CLCC: 1,1,0,0,0,"<n>",145,""|` +
				`+CLCC: 1,1,6,0,0,"<n>",145,""|NO CARRIER`,
			"in, we hang up": `RING|+CLCC: 1,1,4,0,0,"<n>",145,""|+CLIP: "<n>",145,"",0,"",0|OK|+CLCC: 1,1,0,0,0,"<n>",145,""|OK|` +
				`+CLCC: 1,1,6,0,0,"<n>",145,""`,
			"in, given up": `RING|+CLCC: 1,1,4,0,0,"<n>",145,""|+CLIP: "<n>",145,"",0,"",0|RING|+CLIP: "<n>",145,"",0,"",0|` +
				`+CLCC: 1,1,6,0,0,"<n>",145,""|NO CARRIER`,
			"in, rejected": `RING|+CLCC: 1,1,4,0,0,"<n>",145,""|+CLIP: "<n>",145,"",0,"",0|OK|+CLCC: 1,1,6,0,0,"<n>",145,""`,
			"out, they hang up": `OK|+CLCC: 1,0,2,0,0,"<n>",145,""|MO RING|+CLCC: 1,0,3,0,0,"<n>",145,""|MO CONNECTED|` +
				`+CLCC: 1,0,0,0,0,"<n>",145,""|+CLCC: 1,0,6,0,0,"<n>",145,""|NO CARRIER`,
			"out, we hang up": `OK|+CLCC: 1,0,2,0,0,"<n>",145,""|MO RING|+CLCC: 1,0,3,0,0,"<n>",145,""|MO CONNECTED|` +
				`+CLCC: 1,0,0,0,0,"<n>",145,""|OK|+CLCC: 1,0,6,0,0,"<n>",145,""`,
			"out, busy":       `OK|+CLCC: 1,0,2,0,0,"<n>",145,""|+CLCC: 1,0,6,0,0,"<n>",145,""|BUSY`,
			"out, no answer":  `OK|+CLCC: 1,0,2,0,0,"<n>",145,""|MO RING|+CLCC: 1,0,3,0,0,"<n>",145,""|+CLCC: 1,0,6,0,0,"<n>",145,""|NO ANSWER`,
			"out, rejected":   `OK|+CLCC: 1,0,2,0,0,"<n>",145,""|MO RING|+CLCC: 1,0,3,0,0,"<n>",145,""|+CLCC: 1,0,6,0,0,"<n>",145,""|NO CARRIER`,
			"out, no service": `NO CARRIER`,
		},
	},
	modemtest.EC25: {
		on: []string{"AT+CLIP=1", "AT^DSCI=1", `AT+QINDCFG="ccinfo",1`},
		said: map[string]string{
			"in, they hang up": `RING|^DSCI: 1,1,4,0,<n>,145|+QIND: "ccinfo",1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|OK|^DSCI: 1,1,3,0,<n>,145|` +
				`+QIND: "ccinfo",1,1,0,0,0,"<n>",145|^DSCI: 1,1,6,0,<n>,145|+QIND: "ccinfo",1,1,-1,0,0,"<n>",145|NO CARRIER`,
			"in, we hang up": `RING|^DSCI: 1,1,4,0,<n>,145|+QIND: "ccinfo",1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|OK|^DSCI: 1,1,3,0,<n>,145|` +
				`+QIND: "ccinfo",1,1,0,0,0,"<n>",145|OK|^DSCI: 1,1,6,0,<n>,145|+QIND: "ccinfo",1,1,-1,0,0,"<n>",145`,
			"in, given up": `RING|^DSCI: 1,1,4,0,<n>,145|+QIND: "ccinfo",1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|RING|+CLIP: "<n>",145,,,,0|` +
				`^DSCI: 1,1,6,0,<n>,145|+QIND: "ccinfo",1,1,-1,0,0,"<n>",145|NO CARRIER`,
			"in, rejected": `RING|^DSCI: 1,1,4,0,<n>,145|+QIND: "ccinfo",1,1,4,0,0,"<n>",145|+CLIP: "<n>",145,,,,0|OK|^DSCI: 1,1,6,0,<n>,145|` +
				`+QIND: "ccinfo",1,1,-1,0,0,"<n>",145`,
			"out, they hang up": `OK|^DSCI: 1,0,2,0,<n>,145|+QIND: "ccinfo",1,0,2,0,0,"<n>",145|^DSCI: 1,0,7,0,<n>,145|` +
				`+QIND: "ccinfo",1,0,3,0,0,"<n>",145|^DSCI: 1,0,3,0,<n>,145|+QIND: "ccinfo",1,0,0,0,0,"<n>",145|` +
				`^DSCI: 1,0,6,0,<n>,145|+QIND: "ccinfo",1,0,-1,0,0,"<n>",145|NO CARRIER`,
			"out, we hang up": `OK|^DSCI: 1,0,2,0,<n>,145|+QIND: "ccinfo",1,0,2,0,0,"<n>",145|^DSCI: 1,0,7,0,<n>,145|` +
				`+QIND: "ccinfo",1,0,3,0,0,"<n>",145|^DSCI: 1,0,3,0,<n>,145|+QIND: "ccinfo",1,0,0,0,0,"<n>",145|OK|` +
				`^DSCI: 1,0,6,0,<n>,145|+QIND: "ccinfo",1,0,-1,0,0,"<n>",145`,
			"out, busy": `OK|^DSCI: 1,0,2,0,<n>,145|+QIND: "ccinfo",1,0,2,0,0,"<n>",145|^DSCI: 1,0,6,0,<n>,145|` +
				`+QIND: "ccinfo",1,0,-1,0,0,"<n>",145|BUSY`,
			"out, no answer": `OK|^DSCI: 1,0,2,0,<n>,145|+QIND: "ccinfo",1,0,2,0,0,"<n>",145|^DSCI: 1,0,7,0,<n>,145|` +
				`+QIND: "ccinfo",1,0,3,0,0,"<n>",145|^DSCI: 1,0,6,0,<n>,145|+QIND: "ccinfo",1,0,-1,0,0,"<n>",145|NO ANSWER`,
			"out, rejected": `OK|^DSCI: 1,0,2,0,<n>,145|+QIND: "ccinfo",1,0,2,0,0,"<n>",145|^DSCI: 1,0,7,0,<n>,145|` +
				`+QIND: "ccinfo",1,0,3,0,0,"<n>",145|^DSCI: 1,0,6,0,<n>,145|+QIND: "ccinfo",1,0,-1,0,0,"<n>",145|NO CARRIER`,
			"out, no service": `NO CARRIER`,
		},
	},
	modemtest.EC200: {
		on: []string{"AT+CLIP=1"},
		said: map[string]string{
			"in, they hang up":  `RING|+CLIP: "<n>",145,,,,0|OK|NO CARRIER`,
			"in, we hang up":    `RING|+CLIP: "<n>",145,,,,0|OK|OK`,
			"in, given up":      `RING|+CLIP: "<n>",145,,,,0|RING|+CLIP: "<n>",145,,,,0|NO CARRIER`,
			"in, rejected":      `RING|+CLIP: "<n>",145,,,,0|OK`,
			"out, they hang up": `OK|NO CARRIER`,
			"out, we hang up":   `OK|OK`,
			"out, busy":         `OK|BUSY`,
			"out, no answer":    `OK|NO ANSWER`,
			"out, rejected":     `OK|NO CARRIER`,
			"out, no service":   `NO CARRIER`,
		},
	},
	modemtest.Huawei: {
		on: []string{"AT+CLIP=1"},
		said: map[string]string{
			"in, they hang up":  `+CRING: VOICE|+CLIP: "<n>",145,,,,0|^CONN:1,0|OK|^CEND:1,12,25,16`,
			"in, we hang up":    `+CRING: VOICE|+CLIP: "<n>",145,,,,0|^CONN:1,0|OK|OK|^CEND:1,12,29,16`,
			"in, given up":      `+CRING: VOICE|+CLIP: "<n>",145,,,,0|+CRING: VOICE|+CLIP: "<n>",145,,,,0|^CEND:1,0,104,16`,
			"in, rejected":      `+CRING: VOICE|+CLIP: "<n>",145,,,,0|OK|^CEND:1,0,29,21`,
			"out, they hang up": `OK|^ORIG:1,0|^CONF:1|^CONN:1,0|^CEND:1,12,25,16`,
			"out, we hang up":   `OK|^ORIG:1,0|^CONF:1|^CONN:1,0|OK|^CEND:1,12,29,16`,
			"out, busy":         `OK|^ORIG:1,0|^CEND:1,0,67,17`,
			"out, no answer":    `OK|^ORIG:1,0|^CONF:1|^CEND:1,0,104,19`,
			"out, rejected":     `OK|^ORIG:1,0|^CONF:1|^CEND:1,0,67,21`,
			"out, no service":   `NO CARRIER`,
		},
	},
	modemtest.Telit: {
		on: []string{"AT+CLIP=1", "AT#ECAM=1"},
		said: map[string]string{
			"in, they hang up":  `RING|#ECAM: 0,6,1,,,|+CLIP: "<n>",145,,,,0|OK|#ECAM: 0,3,1,,,|#ECAM: 0,0,1,,,|NO CARRIER`,
			"in, we hang up":    `RING|#ECAM: 0,6,1,,,|+CLIP: "<n>",145,,,,0|OK|#ECAM: 0,3,1,,,|OK|#ECAM: 0,0,1,,,`,
			"in, given up":      `RING|#ECAM: 0,6,1,,,|+CLIP: "<n>",145,,,,0|RING|+CLIP: "<n>",145,,,,0|#ECAM: 0,0,1,,,|NO CARRIER`,
			"in, rejected":      `RING|#ECAM: 0,6,1,,,|+CLIP: "<n>",145,,,,0|OK|#ECAM: 0,0,1,,,`,
			"out, they hang up": `OK|#ECAM: 0,1,1,,,"<n>",145|#ECAM: 0,2,1,,,|#ECAM: 0,3,1,,,|#ECAM: 0,0,1,,,|NO CARRIER`,
			"out, we hang up":   `OK|#ECAM: 0,1,1,,,"<n>",145|#ECAM: 0,2,1,,,|#ECAM: 0,3,1,,,|OK|#ECAM: 0,0,1,,,`,
			"out, busy":         `OK|#ECAM: 0,1,1,,,"<n>",145|#ECAM: 0,0,1,,,|BUSY`,
			"out, no answer":    `OK|#ECAM: 0,1,1,,,"<n>",145|#ECAM: 0,2,1,,,|#ECAM: 0,0,1,,,|NO ANSWER`,
			"out, rejected":     `OK|#ECAM: 0,1,1,,,"<n>",145|#ECAM: 0,2,1,,,|#ECAM: 0,0,1,,,|NO CARRIER`,
			"out, no service":   `NO CARRIER`,
		},
	},
	modemtest.Ublox: {
		on: []string{"AT+CLIP=1", "AT+UCALLSTAT=1"},
		said: map[string]string{
			"in, they hang up":  `RING|+UCALLSTAT: 1,4|+CLIP: "<n>",145,,,,0|OK|+UCALLSTAT: 1,0|+UCALLSTAT: 1,6|NO CARRIER`,
			"in, we hang up":    `RING|+UCALLSTAT: 1,4|+CLIP: "<n>",145,,,,0|OK|+UCALLSTAT: 1,0|OK|+UCALLSTAT: 1,6`,
			"in, given up":      `RING|+UCALLSTAT: 1,4|+CLIP: "<n>",145,,,,0|RING|+CLIP: "<n>",145,,,,0|+UCALLSTAT: 1,6|NO CARRIER`,
			"in, rejected":      `RING|+UCALLSTAT: 1,4|+CLIP: "<n>",145,,,,0|OK|+UCALLSTAT: 1,6`,
			"out, they hang up": `OK|+UCALLSTAT: 1,2|+UCALLSTAT: 1,7|+UCALLSTAT: 1,3|+UCALLSTAT: 1,0|+UCALLSTAT: 1,6|NO CARRIER`,
			"out, we hang up":   `OK|+UCALLSTAT: 1,2|+UCALLSTAT: 1,7|+UCALLSTAT: 1,3|+UCALLSTAT: 1,0|OK|+UCALLSTAT: 1,6`,
			"out, busy":         `OK|+UCALLSTAT: 1,2|+UCALLSTAT: 1,6|BUSY`,
			"out, no answer":    `OK|+UCALLSTAT: 1,2|+UCALLSTAT: 1,7|+UCALLSTAT: 1,3|+UCALLSTAT: 1,6|NO ANSWER`,
			"out, rejected":     `OK|+UCALLSTAT: 1,2|+UCALLSTAT: 1,7|+UCALLSTAT: 1,3|+UCALLSTAT: 1,6|NO CARRIER`,
			"out, no service":   `NO CARRIER`,
		},
	},
}
