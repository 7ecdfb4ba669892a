package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/terminal"
)

// exceptFlag gives a command the flag that leaves services out of the set.
func (s *shell) exceptFlag(cmd *cobra.Command, except *[]string) {
	cmd.Flags().StringSliceVar(except, "except", nil, "a `service` or group that does not run, nor what only it calls; may be given several times")
	_ = cmd.RegisterFlagCompletionFunc("except", s.startable)
}

// startable completes services that Banyan runs, and groups.
func (s *shell) startable(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	left := slices.DeleteFunc(s.startables(cmd.Context()), func(name string) bool { return slices.Contains(given, name) })
	return left, cobra.ShellCompDirectiveNoFileComp
}

// startables are the names of what runs, or else of the file.
func (s *shell) startables(ctx context.Context) []string {
	at, err := s.place()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	client := api.Dial(at.Socket())
	if app, err := client.App(ctx); err == nil {
		services, err := client.Services(ctx)
		if err != nil {
			return nil
		}
		all := names(slices.DeleteFunc(services, func(service api.Service) bool { return service.External }))
		slices.Sort(all)
		for _, g := range app.Groups {
			all = append(all, g.Name)
		}
		return all
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil
	}
	return subset.Startable(loaded.App)
}

// expanded are the services that names stand for, groups written out. Names that are neither are refused.
func (s *shell) expanded(ctx context.Context, client *api.Client, wanted []string) ([]string, []api.Service, error) {
	app, err := client.App(ctx)
	if err != nil {
		return nil, nil, s.running(err)
	}
	services, err := client.Services(ctx)
	if err != nil {
		return nil, nil, s.running(err)
	}
	known := names(services)
	for _, g := range app.Groups {
		known = append(known, g.Name)
	}
	var all []string
	for _, name := range wanted {
		at := slices.IndexFunc(app.Groups, func(g api.Group) bool { return g.Name == name })
		switch {
		case at >= 0:
			all = append(all, app.Groups[at].Services...)
		case slices.Contains(known, name):
			all = append(all, name)
		default:
			return nil, nil, noSuchService(name, known)
		}
	}
	return all, services, nil
}

// unlisted are the services that are not in the set of the run.
func unlisted(services []api.Service) []string {
	return names(slices.DeleteFunc(slices.Clone(services), func(service api.Service) bool { return !service.Absent }))
}

// brought are the services that a wish started beside the named ones: what they need.
func brought(before, after []api.Service, named []string) []string {
	idle := map[string]bool{}
	for _, service := range before {
		idle[service.Name] = service.Desired == 0
	}
	return names(slices.DeleteFunc(slices.Clone(after), func(service api.Service) bool {
		return !idle[service.Name] || service.Desired == 0 || slices.Contains(named, service.Name)
	}))
}

// joins asks for services of an application that runs already: up with names, a second time.
func (s *shell) joins(ctx context.Context, r *run, o upOptions) error {
	named, before, err := s.expanded(ctx, r.client, o.names)
	if err != nil {
		return err
	}
	if err := r.client.Start(ctx, o.names...); err != nil {
		return s.running(err)
	}
	after, err := r.client.Services(ctx)
	if err != nil {
		return s.running(err)
	}
	all := append(named, brought(before, after, named)...)
	begun, kept := wish{still: runs}.split(before, all)
	s.note("%s runs already: %s\n", r.app.Name, terminal.Join(" · ", append(kept, plainly("starting", begun))...))
	if o.wait {
		if err := s.settle(ctx, r.client, settling{all, o.timeout, allReady}); err != nil {
			return err
		}
		if len(begun) > 0 {
			s.note("%s started\n", terminal.Several(begun, 6))
		}
	}
	if !s.asJSON() {
		return nil
	}
	if after, err = r.client.Services(ctx); err != nil {
		return s.running(err)
	}
	after, err = selected(after, all)
	if err != nil {
		return err
	}
	return s.list(after, func() {})
}

// mayJoin tells whether what runs already can be asked for more: in the same environment, and leaving nothing out.
func (s *shell) mayJoin(ctx context.Context, r *run, o upOptions, err error) bool {
	var d diag.Diagnostic
	if !errors.As(err, &d) || d.Code != diag.AlreadyRunning || len(o.names) == 0 || len(o.except) > 0 {
		return false
	}
	running, err := r.client.App(ctx)
	return err == nil && (!o.overlaid || running.Environment == s.environment)
}

// checked refuses a wish that the application cannot fulfil.
func checked(app *graph.App, w subset.Wish) error {
	var d diag.Diagnostic
	if err := subset.Check(app, w); errors.As(err, &d) {
		return misuse(d)
	}
	return nil
}

// size says how much of the application a wish is.
func size(app *graph.App, w subset.Wish) string {
	set := subset.Choose(app, w)
	if set.Whole() {
		return parts(app)
	}
	var in, all [2]int // services, then resources
	for _, service := range app.Services {
		noun := 0
		if service.Resource != nil {
			noun = 1
		}
		if all[noun]++; set.Has(service.Name) {
			in[noun]++
		}
	}
	services := fmt.Sprintf("%d of %s", in[0], terminal.Plural(all[0], "service"))
	if all[1] == 0 {
		return services
	}
	return terminal.Join(", ", services, fmt.Sprintf("%d of %s", in[1], terminal.Plural(all[1], "resource")))
}

// refusedCalls are the lines about calls of the set to what was left out.
func (s *shell) refusedCalls(services []api.Service) {
	out := map[string]api.Service{}
	for _, service := range services {
		if service.Absent {
			out[service.Name] = service
		}
	}
	for _, caller := range services {
		for _, callee := range caller.Calls {
			if left, is := out[callee]; is && !caller.Absent && len(left.Because) > 0 {
				s.warn("calls of %s to %s are refused: it was %s · banyan start %s%s starts it", caller.Name, callee, left.Because[0].Text, callee, s.fileFlag())
			}
		}
	}
}

// showSet says of each service why it is in the set, and what is not in it; nothing when everything is.
func (s *shell) showSet(services []api.Service) {
	out := unlisted(services)
	if len(out) == 0 {
		return
	}
	t := terminal.Table{Indent: "  ", Columns: []terminal.Column{{}, {}, {Shrink: true}, {Drop: 1}}}
	lead := terminal.Pad("set", len("not in it"))
	for _, service := range ours(services) {
		if len(service.Because) == 0 {
			continue
		}
		why := service.Because[0]
		t.Row(terminal.Plain(lead), terminal.Plain(service.Name), terminal.Faint(why.Text), terminal.Faint(why.Where))
		lead = ""
	}
	lead = "not in it"
	for _, service := range services {
		if !service.Absent || len(service.Because) == 0 {
			continue
		}
		t.Row(terminal.Plain(lead), terminal.Plain(service.Name), terminal.Faint(service.Because[0].Text), terminal.Faint(service.Because[0].Where))
		lead = ""
	}
	s.note("%s  %s\n", t.Render(s.Screen), s.paint(terminal.Dim, "banyan start NAME"+s.fileFlag()+" starts one with what it needs"))
	s.refusedCalls(services)
}

// leftOut is the line about what is not in the set, and those about calls to it; nothing when everything is.
func (s *shell) leftOut(services []api.Service) {
	if out := unlisted(services); len(out) > 0 {
		s.note("  not in it  %s   %s\n", terminal.Several(out, 6), s.paint(terminal.Dim, "(banyan start NAME"+s.fileFlag()+" starts one with what it needs)"))
		s.refusedCalls(services)
	}
}

func notIn(services []api.Service) string {
	if out := unlisted(services); len(out) > 0 {
		return fmt.Sprintf("%d more not in the set", len(out))
	}
	return ""
}

// needed says whose calls are refused now that services were stopped.
func (s *shell) needed(_, services []api.Service, stopped []string) {
	for _, service := range services {
		if !slices.Contains(stopped, service.Name) {
			continue
		}
		var callers []string
		for _, other := range ours(services) {
			if slices.Contains(other.Calls, service.Name) && !slices.Contains(stopped, other.Name) && other.Phase != api.Stopped {
				callers = append(callers, other.Name)
			}
		}
		if len(callers) > 0 {
			s.warn("%s %s %s: those calls are refused until banyan start %s%s", terminal.Several(callers, 6), pick(len(callers) == 1, "calls", "call"), service.Name,
				service.Name, s.fileFlag())
		}
	}
}
