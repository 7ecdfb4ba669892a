package supervise

import (
	"context"
	"time"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/registry"
)

// Processes is the keeper's client.
type Processes interface {
	Start(keeper.Spec) (keeper.Child, error)
	// Stop ends a child and returns when it has: SIGTERM, grace, SIGKILL of its group.
	Stop(ctx context.Context, key string, grace time.Duration) (keeper.Exit, error)
	Forget(key string) error
	Children() []keeper.Child
}

// Prober looks at an instance from outside.
type Prober interface {
	// Probe returns nil when the instance at address (host:port) is healthy, and else what it answered, in a few words.
	Probe(ctx context.Context, address string, health graph.Health) error
	// Speaks tells whether requests go there as HTTP/2 with prior knowledge.
	Speaks(ctx context.Context, address string, protocol graph.Protocol) (h2 bool, err error)
	// Reach returns nil when an external service answers a GET of url with 2xx, and else what it did, in a few words.
	Reach(ctx context.Context, url string) error
}

// Traffic knows the open exchanges.
type Traffic interface {
	// Drained returns when the instance has none left, or when ctx ends.
	Drained(ctx context.Context, instance string) error
}

// Registry is told of every state.
type Registry interface {
	Put(registry.Instance)
	SetState(id string, state registry.State, reason string)
	Remove(id string)
	// Expect with 0 says why no instance of a service comes.
	Expect(service string, n int, why string)
}

// Places knows at which port each resource listens: one and the same as long as the run lasts, so that those who use it need not be
// started again with it.
type Places interface {
	// Port is the resource's port, 0 when none could be found.
	Port(*graph.Resource) int
	// Take is Port for the resource that is about to listen there; the error says who listens there already.
	Take(*graph.Resource) (int, error)
}

// Failure is what is known of a process that ended by itself.
type Failure struct {
	Service *graph.Service
	// Code is the exit code, or 128 and the number of Signal.
	Code   int
	Signal string
	Core   bool
	Lines  []string
}

// Means are what a Supervisor works with.
type Means struct {
	Processes Processes
	// Exits are the ends of children; Run is the id of the run, and Environ what banyan up was started with.
	Exits   <-chan keeper.Event
	Run     string
	Environ []string
	Prober  Prober
	// Port returns a free port of loopback, the same for an instance where it can; with anew another one than before.
	Port func(instance string, anew bool) (int, error)
	// Places are the ports of resources.
	Places Places
	// Edge is the address at which a caller finds a callee.
	Edge     func(caller, callee string) (address string, open bool)
	Traffic  Traffic
	Registry Registry
	Journal  journal.Recorder
	// Locate finds the program before it is started, for a better refusal; nil leaves that to the system.
	Locate func(dir string, argv []string, path string) (string, error)
	// Debug tells how a service is started under a debugger, once the debugger's port is free.
	Debug func(s debugger.Session, service *graph.Service, environ func(name string) string) (debugger.Start, error)
	// Listens tells the TCP ports on which a process group listens; known is false where the system does not show them. Nil is a
	// system that shows none.
	Listens func(group int) (ports []int, known bool)
	// Reason says in words why a process likely ended, empty when nothing is known.
	Reason  func(Failure) string
	Secrets *redact.Set
	// Folder is where the state of instances is kept for the next control process; "" keeps none.
	Folder string
}
