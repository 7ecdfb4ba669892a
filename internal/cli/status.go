package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// health is the answer of status.
type health struct {
	OK bool `json:"ok"`
	// Text is the answer in a sentence.
	Text     string        `json:"text"`
	App      api.App       `json:"app"`
	Services []api.Service `json:"services"`
	// Socket is where the control socket is when the folder's name is too long for one in it.
	Socket string `json:"socket,omitempty"`
}

func (s *shell) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "Is it all right? What is wrong, worst first",
		Long: "Say whether everything that should run is ready, and if not, what is wrong, worst first, with the last lines, the likely reason\n" +
			"and what to do. Exits 0 when all is right, 1 when it is not, 3 when nothing runs. What was stopped on purpose is all right.\n" +
			"Where a part of the application runs it says why each service is in the set, and what is not in it.",
		Example: "  banyan status\n  banyan status -q && echo ready\n  banyan status -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.status(cmd.Context()) },
	}
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) status(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	app, err := client.App(ctx)
	if err != nil {
		return s.running(err)
	}
	services, err := client.Services(ctx)
	if err != nil {
		return s.running(err)
	}
	h := judge(app, services)
	if at, err := s.place(); err == nil {
		h.Socket = elsewhere(at.Place)
	}
	if err := s.list(h, func() { s.showHealth(h) }); err != nil || h.OK {
		return err
	}
	return silently(exitFailed)
}

// judge orders the services worst first.
func judge(app api.App, services []api.Service) health {
	slices.SortStableFunc(services, func(a, b api.Service) int { return cmp.Compare(badness(b), badness(a)) })
	wrong, count, stores, trouble := 0, 0, 0, "to be mended"
	for _, service := range services {
		switch {
		case service.Absent:
		case service.Resource:
			stores++
		case !service.External:
			count++
		}
		if badness(service) > calm {
			wrong++
		}
		if service.Ready < service.Desired {
			trouble = "not ready"
		}
	}
	h := health{App: app, Services: services, OK: wrong == 0 && len(app.Problems) == 0 && app.Refused == "" && app.Phase != api.Stopping}
	switch {
	case h.OK:
		h.Text = terminal.Join(", ", fmt.Sprintf("%s is all right: %s", app.Name, terminal.Plural(count, "service")), plenty(stores, "resource"), howMany(halted(services)), notIn(services))
	case wrong > 0:
		h.Text = fmt.Sprintf("%s is not all right: %d of %s %s", app.Name, wrong, terminal.Plural(len(services)-len(unlisted(services)), "service"), trouble)
	case app.Phase == api.Stopping:
		h.Text = fmt.Sprintf("%s is %s", app.Name, app.Phase)
	default:
		h.Text = app.Name + " is not all right"
	}
	return h
}

// The grades of badness; above calm something is wrong.
const (
	calm = iota
	coming
	unready
	broken
)

func badness(service api.Service) int {
	switch {
	case service.Phase == api.Failed:
		return broken
	case service.Problem != nil:
		return unready
	case service.Phase == api.Stopped || service.Phase == api.Stopping:
		return calm
	case service.Phase != api.Running || service.Ready < service.Desired:
		return coming
	}
	return calm
}

// halted names what does not run because the operator said so.
func halted(services []api.Service) []string {
	var all []string
	for _, service := range services {
		if service.Phase == api.Stopped && service.Problem == nil && !service.Absent {
			all = append(all, service.Name)
		}
	}
	return all
}

func howMany(stopped []string) string {
	if len(stopped) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of them stopped", len(stopped))
}

func (s *shell) showHealth(h health) {
	how, sign := terminal.Red, "✗"
	if h.OK {
		how, sign = terminal.Green, "✓"
	}
	s.note("%s %s · %s · up %s\n", s.paint(how, sign), h.Text, h.App.Environment, terminal.Since(s.Now(), h.App.Started))
	if h.OK {
		s.note("  gateway    %s\n", h.App.Gateway)
		s.secure(h.App)
	}
	if h.Socket != "" {
		s.note("  socket     %s\n", h.Socket)
	}
	for _, name := range halted(h.Services) {
		s.note("  stopped    %s   %s\n", name, s.paint(terminal.Dim, "(banyan start "+name+s.fileFlag()+" starts it)"))
	}
	s.showSet(h.Services)
	s.insteads(h)
	for _, service := range h.Services {
		for _, i := range service.Instances {
			if i.Debug != nil {
				s.note("  debugging  %s on %s   %s\n", i.ID, i.Debug.Address, s.paint(terminal.Dim, "(banyan debug "+service.Name+s.fileFlag()+" --off ends it)"))
			}
		}
	}
	for _, p := range h.App.Problems {
		s.printf("\n%s", s.trouble("", p))
	}
	for _, service := range h.Services {
		s.showBad(service)
	}
	if h.App.Refused != "" {
		s.printf("\n%s the newest %s does not run, what ran before it does:\n%s\n", s.paint(terminal.Red, "✗"), s.short(h.App.File), indented(h.App.Refused))
	}
}

func (s *shell) showBad(service api.Service) {
	switch {
	case badness(service) == calm:
	case service.Problem != nil:
		s.printf("\n%s", s.trouble(service.Name, *service.Problem))
		if again := s.retried(service.Name, *service.Problem); again != "" {
			s.printf("    then     %s\n", again)
		}
	default:
		state := fmt.Sprintf("%s is %s: %d of %d ready", service.Name, service.Phase, service.Ready, service.Desired)
		s.printf("\n%s %s\n", s.paint(terminal.Yellow, "…"), terminal.Join(" · ", state, service.Doing))
	}
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}
