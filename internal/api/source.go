package api

import (
	"context"
	"iter"
	"net/http"
)

// Application tells how the application is.
type Application interface {
	App() App
	// Services are in callee-first order, externals last.
	Services() []Service
	// Changed is closed when Services would answer otherwise.
	Changed() <-chan struct{}
	Environment(service string) ([]Variable, error)
}

// Wishes are the operator's. No names means all services.
type Wishes interface {
	Start(ctx context.Context, services []string) error
	Stop(ctx context.Context, services []string) error
	Restart(ctx context.Context, services []string) error
	Scale(ctx context.Context, service string, replicas int) error
}

// Debuggers start services under their debuggers.
type Debuggers interface {
	Debug(ctx context.Context, service string, d Debug) (Debugging, error)
	Undebug(ctx context.Context, service string) error
}

// File compares the file on disk with what runs, and applies it. Down begins to stop everything and returns.
type File interface {
	Plan(ctx context.Context) (Plan, error)
	Reload(ctx context.Context) (Plan, error)
	Down() error
}

// Succession begins to hand the application over to another program.
type Succession interface {
	Succeed(executable string) error
}

// Replacing lets somebody else answer in a service's place.
type Replacing interface {
	// Attach sends requests to a process on this machine, Detach gives the service back. Both return the service as it is then.
	Attach(ctx context.Context, service string, wish Attachment) (Service, error)
	Detach(ctx context.Context, service string) (Service, error)
	// Export is the environment for such a process, with its secrets.
	Export(ctx context.Context, service string, wish Export) (Exported, error)
}

// Traffic sends and explains requests.
type Traffic interface {
	Call(ctx context.Context, call Call) (Answer, error)
	ExplainCall(caller, callee, method, path string) (Verdict, error)
	ExplainRequest(method, url string) (Verdict, error)
}

// Seen is what was seen of the services.
type Seen interface {
	Lines(q LineQuery) ([]Line, error)
	Traces(q TraceQuery) ([]TraceSummary, error)
	Trace(id string) (Trace, error)
	Rates() Rates
}

// Streams are what comes, until ctx ends.
type Streams interface {
	FollowLines(ctx context.Context, q LineQuery) iter.Seq[Line]
	FollowJournal(ctx context.Context) iter.Seq[Deed]
	// Journal returns the newest entries, oldest first; limit 0 means 100.
	Journal(limit int) ([]Deed, error)
}

// Sources are what the server reads and asks.
type Sources struct {
	Application Application
	Succession  Succession
	Wishes      Wishes
	Debuggers   Debuggers
	File        File
	Replacing   Replacing
	Traffic     Traffic
	Seen        Seen
	Streams     Streams
	Tasks       Tasks
	Instances   http.Handler
	Metrics     http.Handler
}
