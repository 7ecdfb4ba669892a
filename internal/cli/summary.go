package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/terminal"
)

// summary is the last screen of up: what runs and where, and below everything else what does not.
func (s *shell) summary(r *run, h health, o upOptions) {
	s.note("\n%s\n", s.overview(h.Services))
	s.leftOut(h.Services)
	if h.App.Gateway != "" {
		s.note("  gateway    %s\n", h.App.Gateway)
	}
	s.secure(h.App)
	s.insteads(h)
	if h.App.Dashboard != "" {
		s.note("  dashboard  %s   %s\n", bare(h.App.Dashboard), s.paint(terminal.Dim, "(banyan dashboard"+s.fileFlag()+" opens it)"))
	}
	for _, moved := range h.App.Moved {
		s.note("  %s %s\n", s.paint(terminal.Yellow, "!"), moved)
	}
	if h.OK {
		s.note("\n%s", s.proposals(r.app, h))
	}
	stop := pick(o.detach, "banyan down"+s.fileFlag()+" stops everything", "Ctrl-C stops everything · banyan up -d keeps it running")
	s.note("%s\n", s.paint(terminal.Dim, terminal.Join(" · ", "up in "+terminal.Seconds(s.Now().Sub(r.began)), stop)))
	s.failures(h)
}

func (s *shell) overview(services []api.Service) string {
	t := terminal.Table{Indent: "  ", Columns: []terminal.Column{
		{Head: "service"}, {Head: "owner", Shrink: true, Drop: 2}, {Head: "instances"}, {Head: "ready in", Drop: 3},
		{Head: "address through the gateway", Shrink: true, Drop: 1},
	}}
	for _, service := range services {
		if service.Absent {
			continue
		}
		t.Row(terminal.Plain(service.Name), terminal.Plain(service.Owner), count(service),
			terminal.Plain(took("", service.ReadyIn)), found(service))
	}
	return t.Render(s.Screen)
}

// found is where a service is reached; a resource by those that use it.
func found(service api.Service) terminal.Cell {
	if !service.Resource {
		return terminal.Plain(terminal.Several(service.Routes, 3))
	}
	at := ""
	for _, i := range service.Instances {
		if i.Address != "" { // it has none while its port is taken
			at = " at " + i.Address
		}
	}
	if len(service.Callers) == 0 {
		return terminal.Faint("a resource" + at + " that nobody uses")
	}
	return terminal.Faint("a resource of " + terminal.Several(service.Callers, 3) + at)
}

// count says how many instances are ready, and how many should be where those differ.
func count(service api.Service) terminal.Cell {
	switch {
	case service.External:
		return terminal.Faint("external")
	case service.Phase == api.Stopped:
		return terminal.Faint("stopped")
	case service.Ready < service.Desired:
		return terminal.Painted(terminal.Red, fmt.Sprintf("%d of %d", service.Ready, service.Desired))
	}
	return terminal.Plain(fmt.Sprint(service.Ready))
}

// proposals are what to try next; each can be pasted.
func (s *shell) proposals(app *graph.App, h health) string {
	var b strings.Builder
	lead := "  try   "
	out := unlisted(h.Services)
	inSet := slices.DeleteFunc(slices.Clone(app.Edge.Routes), func(r *graph.Route) bool { return slices.ContainsFunc(out, r.LeadsTo) })
	if path := inviting(inSet); path != "" && h.App.Gateway != "" {
		fmt.Fprintf(&b, "%scurl %s%s\n", lead, strings.TrimSuffix(h.App.Gateway, "/"), path)
		lead = "        "
	}
	fmt.Fprintf(&b, "%s%s  %s\n", lead, terminal.Pad("banyan trace --last"+s.fileFlag(), 20), s.paint(terminal.Dim, "where did that request go?"))
	fmt.Fprintf(&b, "        %s  %s\n", terminal.Pad("banyan graph"+s.fileFlag(), 20), s.paint(terminal.Dim, "who calls whom?"))
	return b.String()
}

// inviting is the path of the first route that a plain GET without parameters takes.
func inviting(routes []*graph.Route) string {
	for _, route := range routes {
		path := strings.TrimSuffix(route.Path, "**")
		if route.Host != "" || strings.ContainsAny(path, "*{") || !takesGet(route) {
			continue
		}
		return "/" + strings.Trim(path, "/")
	}
	return ""
}

func takesGet(route *graph.Route) bool {
	for _, method := range route.Methods {
		if method == "GET" {
			return true
		}
	}
	return len(route.Methods) == 0
}

// failures ends the screen.
func (s *shell) failures(h health) {
	for _, p := range h.App.Problems {
		s.printf("\n%s", s.trouble("", p))
	}
	run, ready, then := ours(h.Services), 0, ""
	for _, service := range run {
		if allReady(service) {
			ready++
			continue
		}
		s.showBad(service)
		if service.Problem != nil {
			then = terminal.First(then, s.retried(service.Name, *service.Problem))
		}
	}
	if ready < len(run) {
		s.printf("%d of %s run%s\n", ready, terminal.Plural(len(run), "service"), pick(then == "", "", "; "+then))
	}
}
