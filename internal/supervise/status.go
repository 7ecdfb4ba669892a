package supervise

import (
	"time"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/rollout"
)

// State is where an instance stands.
type State string

// An instance is Waiting between an end and its next start.
const (
	Starting State = "starting"
	Ready    State = "ready"
	Unready  State = "unready"
	Draining State = "draining"
	Waiting  State = "waiting"
)

// Status is how one instance is.
type Status struct {
	ID         string
	Service    string
	Number     int
	Release    string
	Generation int
	State      State
	// Since is when it got into State.
	Since time.Time
	// PID is 0 while no process runs.
	PID     int
	Port    int
	Address string
	H2      bool
	// Started is when the present or last process was started; ReadyIn how long it took to become ready, 0 before.
	Started time.Time
	ReadyIn time.Duration
	// Restarts counts how often it was started again after it ended by itself.
	Restarts int
	LastExit *Exit
	// Reason says why it is not ready; NextTry is when a waiting one is started again.
	Reason  string
	NextTry time.Time
	// Ends are those in a row that nobody wanted; Looping says that it keeps ending.
	Ends    rollout.Ends
	Looping bool
	// Debug is the session that holds it; nil for none.
	Debug *debugger.Session
	// Lines are its last lines, oldest first, at most 20.
	Lines   []string
	Problem *Problem
}

// Exit is how a process ended.
type Exit struct {
	Code   int
	Signal string
	At     time.Time
}

// Problem is what is wrong with an instance, why, and what to do.
type Problem struct {
	Code diag.Code
	// Text says what is, in one line; Where is the line of the file that would change it.
	Text  string
	Where diag.Position
	// Likely is the likely reason, empty when none is known.
	Likely   string
	Instance string
	Lines    []string
	// Exit is nil when nothing ended.
	Exit *Exit
	// Next is when it is tried again.
	Next time.Time
}
