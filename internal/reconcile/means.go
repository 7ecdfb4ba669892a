package reconcile

import (
	"context"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Instances are kept by supervise.Supervisor.
type Instances interface {
	// Keep starts an instance and returns at once; Observe has it when Keep returns.
	Keep(supervise.Order) error
	// End drains and stops an instance and returns at once; Observe has it until it is gone.
	End(id string, e supervise.Ending)
	// Observe returns the instances sorted by service and number, and the version to wait on.
	Observe() ([]supervise.Status, uint64)
	Changed(version uint64) <-chan struct{}
}

// Builder builds services and knows their sources.
type Builder interface {
	// Build is as runner.Build.
	Build(ctx context.Context, spec runner.BuildSpec, output func(stream string, line []byte)) error
	// SourceHash is as that of runner.Hasher.
	SourceHash(dir string, artifacts, ignore []string) (string, error)
	// Save keeps what was hashed for the next time.
	Save() error
}

// Means are what a Reconciler works with. None of them may call the Reconciler back: it waits for them.
type Means struct {
	Instances Instances
	Builder   Builder
	// Expect tells the registry how many instances of a service callers may wait for; why is what those are told who call it
	// when it is 0, empty when there is nothing to tell.
	Expect  func(service string, n int, why string)
	Journal journal.Recorder
	// Tasks runs hooks; nil runs none.
	Tasks Tasks
	// Folder is where releases, builds and wishes are kept; "" keeps none. Run is the id of the run: wishes of another one
	// are forgotten.
	Folder, Run string
	// Wish is what the run began with; what was asked for since, in the same run, is kept in Folder.
	Wish subset.Wish
	// Environ is what banyan up was started with; builds get it, and nothing of env.
	Environ []string
	// Output takes what a build writes; line is valid during the call only. Nil drops it.
	Output func(service, stream string, line []byte)
	// Secrets are masked in the last lines of a build; nil masks nothing.
	Secrets *redact.Set
	// Builds bounds how many run at once; 0 is one a CPU.
	Builds int
}

// NewBuilder returns a Builder that works on this machine and keeps the hashes of files in file; "" keeps none.
func NewBuilder(file string) Builder { return workshop{runner.NewHasher(file)} }

type workshop struct{ *runner.Hasher }

// Build implements Builder.
func (workshop) Build(ctx context.Context, spec runner.BuildSpec, output func(stream string, line []byte)) error {
	return runner.Build(ctx, spec, output)
}
