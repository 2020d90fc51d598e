package main

// version is that of the report's JSON.
const version = 1

// report is all that doctor found out. Its JSON is explained by doctor -h.
type report struct {
	Version  int       `json:"version"`
	Result   string    `json:"result"`
	Devices  []device  `json:"devices"`
	Modems   []checkup `json:"modems"`
	Findings []finding `json:"findings"`
}

// device is something with serial ports.
type device struct {
	USB          string `json:"usb,omitempty"`
	Vendor       string `json:"vendor,omitempty"`
	Product      string `json:"product,omitempty"`
	Maker        string `json:"maker,omitempty"`
	Name         string `json:"name,omitempty"`
	Modem        bool   `json:"modem"`
	ModemManager bool   `json:"modemmanager"`
	Ports        []port `json:"ports"`
}

// port is one of them.
type port struct {
	Path      string   `json:"path"`
	Lasting   string   `json:"lasting,omitempty"`
	Interface *int     `json:"interface,omitempty"`
	Driver    string   `json:"driver,omitempty"`
	Role      string   `json:"role"`
	Why       string   `json:"why,omitempty"`
	UART      bool     `json:"uart"`
	Group     string   `json:"group,omitempty"`
	Mode      string   `json:"mode,omitempty"`
	Access    *bool    `json:"access,omitempty"` // nil where the system does not tell
	Holders   []holder `json:"holders,omitempty"`
}

// holder is a process that has a port open.
type holder struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
}

// checkup is what was found out of one modem.
type checkup struct {
	AT       string  `json:"at"`
	ATWhy    string  `json:"at_why"`
	Audio    string  `json:"audio,omitempty"`
	AudioWhy string  `json:"audio_why,omitempty"`
	UART     bool    `json:"uart"` // the rate matters
	Opened   bool    `json:"opened"`
	Answers  bool    `json:"answers"`
	Baud     int     `json:"baud,omitempty"` // at which it answers
	Modem    *vitals `json:"modem,omitempty"`
	Go       string  `json:"go,omitempty"`
	Udev     string  `json:"udev,omitempty"`
}

// vitals are what a modem answers.
type vitals struct {
	Manufacturer string       `json:"manufacturer"`
	Model        string       `json:"model"`
	Revision     string       `json:"revision"`
	Profile      string       `json:"profile"`
	IMEI         string       `json:"imei,omitempty"`
	IMSI         string       `json:"imsi,omitempty"`
	ICCID        string       `json:"iccid,omitempty"`
	SIM          sim          `json:"sim"`
	Registration registration `json:"registration"`
	Signal       signalLevel  `json:"signal"`
	Capabilities capabilities `json:"capabilities"`
}

type sim struct {
	State       string `json:"state"`
	PINAttempts *int   `json:"pin_attempts"` // nil where the modem does not tell
}

type registration struct {
	Status string `json:"status"`
	Access string `json:"access,omitempty"`
	Voice  bool   `json:"voice"`
}

type signalLevel struct {
	Known bool `json:"known"`
	DBm   int  `json:"dbm"`
	Bars  int  `json:"bars"`
}

type capabilities struct {
	Voice     bool `json:"voice"`
	Messages  bool `json:"messages"`
	Keys      bool `json:"keys"`
	AudioRate int  `json:"audio_rate"`
}

// finding is something to know, or to mend.
type finding struct {
	Severity string `json:"severity"`
	ID       string `json:"id"`
	Port     string `json:"port,omitempty"`
	Text     string `json:"text"`
	Remedy   string `json:"remedy,omitempty"`
}

// The severities.
const (
	fault = "fault" // to be mended
	note  = "note"  // good to know
)

// The results.
const (
	healthy = "healthy"
	trouble = "trouble"
	nothing = "nothing"
)

// add takes findings into the report, each once.
func (r *report) add(found ...finding) {
	for _, f := range found {
		known := false
		for _, g := range r.Findings {
			known = known || f == g
		}
		if !known {
			r.Findings = append(r.Findings, f)
		}
	}
}

// faults are what is to be mended.
func (r *report) faults() []finding { return r.of(fault) }

func (r *report) of(severity string) []finding {
	var out []finding
	for _, f := range r.Findings {
		if f.Severity == severity {
			out = append(out, f)
		}
	}
	return out
}

// conclude sets the result, when all is found out. there tells that there is a modem,
// or what was taken for one.
func (r *report) conclude(there bool) {
	switch {
	case !there:
		r.Result = nothing
	case len(r.faults()) > 0:
		r.Result = trouble
	default:
		r.Result = healthy
	}
}

// code is the exit code that goes with the result.
func (r *report) code() int {
	switch r.Result {
	case healthy:
		return exitHealthy
	case nothing:
		return exitNothing
	}
	return exitTrouble
}
