package node

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// held knows which services a debugger holds, and who waits for them in turn: a request through any of these has no deadline.
type held struct {
	names atomic.Pointer[map[string]bool]
}

func (h *held) holds(service string) bool {
	names := h.names.Load()
	return names != nil && (*names)[service]
}

// observe takes up what runs now.
func (h *held) observe(app *graph.App, list []reconcile.Service) {
	names := map[string]bool{}
	for _, s := range list {
		for _, i := range s.Instances {
			if i.Debug != nil {
				reach(app, s.Name, names)
			}
		}
	}
	if len(names) == 0 {
		h.names.Store(nil)
		return
	}
	h.names.Store(&names)
}

// reach adds a service, and all whose calls lead to it.
func reach(app *graph.App, name string, names map[string]bool) {
	if names[name] {
		return
	}
	names[name] = true
	for _, caller := range app.Callers(name) {
		reach(app, caller, names)
	}
}

// debuggers start services under their debuggers.
type debuggers struct{ state state }

// leaves is how long the debugger of an instance that ended may hold its port.
const leaves = 3 * time.Second

// start implements supervise.Means.Debug.
func (d debuggers) start(s debugger.Session, service *graph.Service, environ func(string) string) (debugger.Start, error) {
	start, err := debugger.Prepare(s, d.command(service, environ))
	if err != nil {
		return start, err
	}
	if !debugger.Free(s.Port, leaves) {
		return start, occupied(s)
	}
	return start, nil
}

func (d debuggers) command(service *graph.Service, environ func(string) string) debugger.Command {
	return debugger.Command{
		Argv: service.Run.Argv, Dir: service.Dir, Environ: environ, Scratch: d.state.path("debug/" + service.Name),
		Locate: func(name string) (string, error) { return runner.Locate(service.Dir, []string{name}, environ("PATH")) },
	}
}

func occupied(s debugger.Session) diag.Diagnostic {
	who := "another process listens"
	if pid, program, known := runner.PortOwner(s.Port); known {
		who = fmt.Sprintf("%s, process %d, listens", program, pid)
	}
	return diag.At(diag.Position{}, diag.PortTaken, "the debugger cannot have %s: %s there", s.Address(), who).
		WithHint("--port chooses another one")
}

// Debug implements api.Debuggers: everything that can be wrong is found before anything is restarted.
func (a *application) Debug(_ context.Context, name string, d api.Debug) (api.Debugging, error) {
	app := a.file.now.Load().app
	service, known := app.Service(name)
	if _, outside := app.ExternalService(name); outside {
		return api.Debugging{}, problem.New(diag.BadArgument, "%s is external: Banyan does not run it, so it cannot be debugged from here", name)
	}
	if !known {
		return api.Debugging{}, noService(app, name)
	}
	if service.Resource != nil {
		return api.Debugging{}, problem.New(diag.BadArgument, "%s is a resource: those who use it would wait for the debugger", name)
	}
	if !service.Runs() {
		return api.Debugging{}, problem.New(diag.NoSuchService, "%s is not run here: it is overridden by %s.", name, service.Replaced)
	}
	if d.Port < 0 || d.Port > 65535 {
		return api.Debugging{}, problem.New(diag.BadArgument, "%d is no port", d.Port)
	}
	s, err := a.session(app, service, d)
	if err != nil {
		return api.Debugging{}, refused(err)
	}
	if err := a.services.Debug(name, s); err != nil {
		return api.Debugging{}, err
	}
	return *debuggingOf(name, s), nil
}

// session is what is asked for, completed and tried as far as it can be without a start.
func (a *application) session(app *graph.App, service *graph.Service, d api.Debug) (debugger.Session, error) {
	s := debugger.Session{Language: debugger.Language(d.Language), Port: d.Port, Wait: d.Wait}
	place, err := a.placeOf(service.Name)
	if err != nil {
		return s, err
	}
	environment := supervise.Environment(place)
	command := debuggers{a.file.state}.command(service, func(name string) string {
		for _, v := range environment {
			if v.Name == name {
				return v.Value
			}
		}
		return ""
	})
	if s.Language == "" {
		found, err := debugger.Recognise(command)
		if err != nil {
			return s, err
		}
		s.Language = found
	}
	if s.Port == 0 {
		s.Port = debugger.Port(app.Name, app.Callees(), service.Name)
	}
	if _, err := debugger.Prepare(s, command); err != nil {
		return s, err
	}
	if !a.ours(service.Name, s.Port) && !debugger.Free(s.Port, 0) {
		return s, occupied(s)
	}
	return s, nil
}

// ours tells whether the service itself has the port, under its debugger: it is freed before it is used again.
func (a *application) ours(service string, port int) bool {
	list, _ := a.services.Observe()
	for _, s := range list {
		for _, i := range s.Instances {
			if s.Name == service && i.Debug != nil && i.Debug.Port == port {
				return true
			}
		}
	}
	return false
}

// refused is a refusal as the API tells it, with its way out.
func refused(err error) error {
	var d diag.Diagnostic
	if !errors.As(err, &d) {
		return err
	}
	if d.Hint == "" {
		return problem.New(d.Code, "%s", d.Message)
	}
	return problem.New(d.Code, "%s; %s", d.Message, d.Hint)
}

// Undebug implements api.Debuggers.
func (a *application) Undebug(_ context.Context, name string) error { return a.services.Undebug(name) }

func debuggingOf(service string, s debugger.Session) *api.Debugging {
	return &api.Debugging{Service: service, Language: string(s.Language), Address: s.Address(), Port: s.Port, Wait: s.Wait}
}
