package reconcile

import (
	"time"

	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Phase is where a service stands.
type Phase string

// A Failed service keeps ending, is not ready within its time, could not be built, or its program is missing; it may still
// have instances of an earlier release that serve. A Running one is all that is desired.
const (
	Waiting  Phase = "waiting"
	Building Phase = "building"
	Starting Phase = "starting"
	Running  Phase = "running"
	Failed   Phase = "failed"
	Stopping Phase = "stopping"
	Stopped  Phase = "stopped"
)

// Service is how a service is.
type Service struct {
	Name  string
	Phase Phase
	// Doing says in a few words what it waits for, empty when it runs.
	Doing string
	// Desired instances are wanted, Ready ones get requests, those of an earlier release included.
	Desired, Ready int
	// Release is the number and hash of what instances are started from, as 3-1f2e3d4c; empty before the first one.
	Release    string
	Generation int
	// BuiltIn is how long the last build took, 0 when there was none; Cached says that it was current.
	BuiltIn time.Duration
	Cached  bool
	// ReadyIn is how long the slowest ready instance took.
	ReadyIn time.Duration
	// Rolled says that no instance is left that was started from an earlier graph, release or generation, and that none is
	// to be replaced: what only those used may go.
	Rolled bool
	// Removed says that the graph has it no more: it is there until its callers have rolled over.
	Removed bool
	// Absent says that it is not in the set of the run; Because is why it is in it, or why it is not.
	Absent  bool
	Because []subset.Reason
	// Problem is that of its build, or of its worst instance.
	Problem   *supervise.Problem
	Instances []supervise.Status
}
