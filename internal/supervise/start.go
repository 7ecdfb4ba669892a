package supervise

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
)

// start starts the process. An event says that it ended before start could return.
func (k *kept) start() (*keeper.Event, error) {
	anew := k.failed && refused(k.lines.last())
	k.status.PID, k.status.ReadyIn, k.status.Started, k.status.NextTry = 0, 0, time.Now(), time.Time{}
	k.status.H2 = false
	k.lines.clear()
	port, err := k.means.Port(k.id, anew)
	if err != nil {
		return nil, fmt.Errorf("finding a free port: %w", err)
	}
	k.listenOn(port)
	k.move(Starting, k.expecting())
	environment := Environment(k.place(port))
	if k.means.Locate != nil {
		if _, err := k.means.Locate(k.order.Service.Dir, k.order.Service.Run.Argv, valueOf(environment, "PATH")); err != nil {
			return nil, err
		}
	}
	argv, environment, err := k.debugged(environment)
	if err != nil {
		return nil, err
	}
	child, err := k.means.Processes.Start(keeper.Spec{
		Key: k.id, Argv: argv, Dir: k.order.Service.Dir, Env: pairs(environment),
		Meta: k.order.meta(port), Grace: k.order.Service.Grace,
	})
	if err != nil {
		return nil, err
	}
	k.status.PID, k.status.Started = child.PID, child.Started
	k.health.begin(child.Started)
	k.publish()
	k.record(journal.Start, fmt.Sprintf("started %s as process %d", k.id, child.PID), k.why())
	if event, over := k.exits.of(child.PID); over {
		return &event, nil
	}
	return nil, nil
}

// refused tells whether what a process wrote last says that it could not have its port: somebody took it in between, or the system
// keeps it for a while for a program that does not set SO_REUSEADDR.
func refused(lines []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		line = strings.ToLower(line)
		return strings.Contains(line, "eaddrinuse") || strings.Contains(line, "already in use")
	})
}

// debugged is the command and the environment of an instance, changed where a debugger starts it.
func (k *kept) debugged(environment []Value) ([]string, []Value, error) {
	if k.order.Debug == nil {
		return k.order.Service.Run.Argv, environment, nil
	}
	start, err := k.means.Debug(*k.order.Debug, k.order.Service, func(name string) string { return valueOf(environment, name) })
	if err != nil {
		return nil, nil, err
	}
	return start.Argv, replaced(environment, start), nil
}

// replaced sets the variables that a debugger needs.
func replaced(environment []Value, start debugger.Start) []Value {
	environment = slices.DeleteFunc(slices.Clone(environment), func(v Value) bool { _, set := start.Set[v.Name]; return set })
	for _, name := range slices.Sorted(maps.Keys(start.Set)) {
		if value := start.Set[name]; value != "" {
			environment = append(environment, Value{Name: name, Value: value, Source: FromPlatform})
		}
	}
	return environment
}

// expecting is what a starting instance is told to wait for.
func (k *kept) expecting() string {
	switch {
	case k.order.Debug != nil && k.order.Debug.Wait:
		return "waits for a debugger at " + k.order.Debug.Address()
	case k.failed:
		return "started again"
	}
	return "waits for " + Awaited(k.order.Service.Health)
}

func (k *kept) why() string {
	if k.failed {
		return fmt.Sprintf("it had ended; try %d", k.status.Restarts+1)
	}
	return k.order.Why
}

func (k *kept) place(port int) Place {
	edges := map[string]string{}
	for _, call := range k.order.Service.Calls {
		if address, open := k.means.Edge(k.order.Service.Name, call.To); open {
			edges[call.To] = address
		}
	}
	return Place{
		App: k.order.App, Service: k.order.Service, Instance: k.id, Port: port, Run: k.means.Run,
		Release: k.order.Release, Edges: edges, Environ: k.means.Environ,
	}
}

func valueOf(environment []Value, name string) string {
	for _, v := range environment {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}
