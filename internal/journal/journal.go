package journal

import (
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Kind says what sort of deed an entry tells.
type Kind string

// The kinds of deeds.
const (
	Up       Kind = "up"
	Down     Kind = "down"
	Build    Kind = "build"
	Start    Kind = "start"
	Ready    Kind = "ready"
	Unready  Kind = "unready"
	Stop     Kind = "stop"
	Exit     Kind = "exit"
	Crash    Kind = "crash"
	Restart  Kind = "restart"
	Scale    Kind = "scale"
	Reload   Kind = "reload"
	Refused  Kind = "refused"
	Release  Kind = "release"
	Takeover Kind = "takeover"
	Task     Kind = "task"
	Notice   Kind = "notice"
	Attach   Kind = "attach"
	Detach   Kind = "detach"
	Export   Kind = "export"
)

// Entry is one deed.
type Entry struct {
	At   time.Time `json:"at"`
	Kind Kind      `json:"kind"`
	// Subject is what it was done to: a service, an instance, or the app.
	Subject string `json:"subject"`
	// Text says what was done, in one line; Why says the cause, with the place in the file where there is one.
	Text  string        `json:"text"`
	Why   string        `json:"why,omitempty"`
	Where diag.Position `json:"where,omitzero"`
	Code  diag.Code     `json:"code,omitempty"`
	// Lines are the last lines of a service that failed.
	Lines []string `json:"lines,omitempty"`
}

// Recorder keeps entries. Record fills At when it is zero.
type Recorder interface{ Record(Entry) }
