package supervise

import (
	"fmt"
	"maps"
	"os"
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
	port, err := k.port(anew)
	if err != nil {
		return nil, err
	}
	k.listenOn(port)
	k.move(Starting, k.expecting())
	if err := k.furnish(); err != nil {
		return nil, err
	}
	place := k.place(port)
	environment, argv := Environment(place), k.argv(place)
	if k.means.Locate != nil {
		if _, err := k.means.Locate(k.order.Service.Dir, argv, valueOf(environment, "PATH")); err != nil {
			return nil, err
		}
	}
	argv, environment, err = k.debugged(argv, environment)
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

// port is where the process shall listen; 0 is nowhere. With anew it is another one than before, but for a resource, which stays in
// its place.
func (k *kept) port(anew bool) (int, error) {
	if !k.order.Service.Listens() {
		return 0, nil
	}
	if r := k.order.Service.Resource; r != nil {
		return k.means.Places.Take(r)
	}
	port, err := k.means.Port(k.id, anew)
	if err != nil {
		return 0, fmt.Errorf("finding a free port: %w", err)
	}
	return port, nil
}

// furnish makes the folder in which a resource keeps its data.
func (k *kept) furnish() error {
	r := k.order.Service.Resource
	if r == nil {
		return nil
	}
	if err := os.MkdirAll(r.Data, 0o700); err != nil {
		return fmt.Errorf("making the folder of its data: %w", err)
	}
	return nil
}

// argv are the words of run; those of a resource may name its port.
func (k *kept) argv(p Place) []string {
	words := slices.Clone(k.order.Service.Run.Argv)
	for i, word := range words {
		words[i] = p.own(word)
	}
	return words
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
func (k *kept) debugged(argv []string, environment []Value) ([]string, []Value, error) {
	if k.order.Debug == nil {
		return argv, environment, nil
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
	resources := map[string]int{}
	for _, use := range k.order.Service.Uses {
		if r, there := k.order.App.Resource(use.Resource); there && r.Runs() {
			resources[r.Name] = k.means.Places.Port(r)
		}
	}
	return Place{
		Resources: resources, App: k.order.App, Service: k.order.Service, Instance: k.id, Port: port, Run: k.means.Run,
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
