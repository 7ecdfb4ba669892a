package keeper

import "time"

// Spec says what to start.
type Spec struct {
	// Key names the child, such as "orders.2"; it is free again once the child has ended.
	Key  string   `json:"key"`
	Argv []string `json:"argv"`
	// Dir is the absolute folder to start in; a relative program is looked for there.
	Dir string `json:"dir,omitempty"`
	// Env is the whole environment ("K=V"); the keeper adds the mark BANYAN_RUN where it is missing.
	Env []string `json:"env,omitempty"`
	// Meta is kept for the control process that comes next; the keeper does not read it.
	Meta map[string]string `json:"meta,omitempty"`
	// Grace is what the child is given when the keeper has to end it by itself; zero is 10 s.
	Grace time.Duration `json:"grace,omitempty"`
}

// Child is an instance that the keeper started, running or ended but not yet forgotten.
type Child struct {
	Key     string            `json:"key"`
	PID     int               `json:"pid"`
	Argv    []string          `json:"argv"`
	Started time.Time         `json:"started"`
	Meta    map[string]string `json:"meta,omitempty"`
	// Exited is nil while the child runs.
	Exited *Exit `json:"exited,omitempty"`
}

// Exit is how a child ended.
type Exit struct {
	// Code is the exit code, or 128 and the signal's number as shells say it.
	Code int `json:"code"`
	// Signal is the name of the signal that ended it (SIGKILL), empty when it ended by itself.
	Signal string    `json:"signal,omitempty"`
	Core   bool      `json:"core,omitempty"`
	At     time.Time `json:"at"`
	// Forced says that it had to be killed after its grace.
	Forced bool `json:"forced,omitempty"`
}

// Event is the end of a child. All that it wrote was read before; Last is the sequence number of its last output that
// was not acknowledged yet, 0 when there is none.
type Event struct {
	Key  string
	PID  int
	Exit Exit
	Last uint64
}

// Output is a piece of what a child wrote, cut anywhere.
type Output struct {
	// Seq grows with each piece; Ack takes it.
	Seq    uint64
	Key    string
	Stream string // stdout or stderr
	Data   []byte
	At     time.Time
	// Lost counts the bytes of this child that were dropped just before, because nobody took them in time.
	Lost int64
}

// The streams of a child.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Mark is the variable that every process of a run carries: what survives the keeper is found by it.
const Mark = "BANYAN_RUN"

// markInstance tells the descendants of one child from those of another.
const markInstance = "BANYAN_INSTANCE"

const defaultGrace = 10 * time.Second
