package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) psCommand() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "ps [service…]", Short: "List services and their instances",
		Long: "List each instance: how it is, since when, how often it was started again, and what it costs. With --all list every application\n" +
			"of yours that runs, in whatever folder.",
		Example:           "  banyan ps\n  banyan ps orders payments\n  banyan ps -o json\n  banyan ps --all",
		ValidArgsFunction: s.services,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				return s.psAll(cmd.Context())
			}
			return s.ps(cmd.Context(), args)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every running application of yours, copies included")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) ps(ctx context.Context, wanted []string) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	services, err := s.there(ctx, client, wanted...)
	if err != nil {
		return err
	}
	return s.list(services, func() {
		shown := services
		if len(wanted) == 0 {
			shown = slices.DeleteFunc(slices.Clone(services), func(service api.Service) bool { return service.Absent })
		}
		s.printf("%s", s.instances(shown))
		if out := unlisted(services); len(wanted) == 0 && len(out) > 0 {
			s.note("%s\n", s.paint(terminal.Dim, "not in the set of this run: "+terminal.Several(out, 8)+" · banyan status tells why"))
		}
	})
}

// selected keeps the named services; none named is all.
func selected(services []api.Service, wanted []string) ([]api.Service, error) {
	if len(wanted) == 0 {
		return services, nil
	}
	all := names(services)
	for _, name := range wanted {
		if !slices.Contains(all, name) {
			return nil, noSuchService(name, all)
		}
	}
	return slices.DeleteFunc(services, func(service api.Service) bool { return !slices.Contains(wanted, service.Name) }), nil
}

func names(services []api.Service) []string {
	var all []string
	for _, service := range services {
		all = append(all, service.Name)
	}
	return all
}

// there finds the named services, all when none is named, before anything is asked of them.
func (s *shell) there(ctx context.Context, client *api.Client, wanted ...string) ([]api.Service, error) {
	services, err := client.Services(ctx)
	if err != nil {
		return nil, s.running(err)
	}
	return selected(services, wanted)
}

func noSuchService(name string, all []string) error {
	d := diag.At(diag.Position{}, diag.NoSuchService, "there is no service %q", name)
	if near := diag.Nearest(name, all); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	return d.WithHint("there are %s", terminal.Several(all, 8))
}

func (s *shell) instances(services []api.Service) string {
	t := terminal.Table{Columns: []terminal.Column{
		{Head: "instance"}, {Head: "state"}, {Head: "for", Right: true, Drop: 2}, {Head: "restarts", Right: true, Drop: 3},
		{Head: "cpu", Right: true, Drop: 4}, {Head: "memory", Right: true, Drop: 5}, {Head: "pid", Right: true, Drop: 6},
		{Head: "address", Drop: 7}, {Head: "release", Drop: 8}, {Head: "why"},
	}}
	below := ""
	// On a screen a reason stands whole below the table, and not cut in it.
	why := func(name, reason string) terminal.Cell {
		if s.Screen.Width <= 0 || reason == "" {
			return terminal.Faint(reason)
		}
		below += fmt.Sprintf("  %s\n", terminal.Hang(subject(name, reason), 2, s.Screen.Width))
		return terminal.Cell{}
	}
	if s.Screen.Width > 0 {
		t.Columns[len(t.Columns)-1].Head = ""
	}
	// A release is a number and a hash; the number is what people compare.
	number := func(release string) string { n, _, _ := strings.Cut(release, "-"); return n }
	for _, service := range services {
		if len(service.Instances) == 0 {
			empty := terminal.Cell{}
			t.Row(terminal.Plain(service.Name), s.phase(service), empty, empty, empty, empty, empty, empty,
				terminal.Plain(number(service.Release)), why(service.Name, reason(service)))
		}
		if service.Replaced != nil {
			says := s.replaced(service)
			if s.Screen.Width > 0 {
				says = terminal.Hang(says, 2, s.Screen.Width)
			}
			below += fmt.Sprintf("  %s\n", says)
		}
		for _, i := range service.Instances {
			t.Row(terminal.Plain(i.ID+pick(service.Resource, " (resource)", "")), terminal.Painted(stateStyle(i.State), i.State), terminal.Plain(terminal.Since(s.Now(), i.Started)),
				restarts(i.Restarts), terminal.Plain(terminal.Share(i.CPU)), terminal.Plain(terminal.Size(i.Memory)),
				terminal.Plain(terminal.Positive(i.PID)), terminal.Plain(i.Address), terminal.Plain(number(i.Release)), why(i.ID, i.Reason))
		}
	}
	return t.Render(s.Screen) + below
}

func (s *shell) phase(service api.Service) terminal.Cell {
	if service.External && service.Replaced == nil {
		return terminal.Painted(terminal.Dim, "external")
	}
	return terminal.Painted(phaseStyle(service.Phase), string(service.Phase))
}

// reason is why a service is not as it should be, in one line.
func reason(service api.Service) string {
	switch {
	case service.Problem != nil:
		return service.Problem.Text
	case service.Absent && service.Doing == "" && len(service.Because) > 0:
		return "not in the set of this run: " + service.Because[0].Text
	}
	return service.Doing
}

func phaseStyle(p api.Phase) terminal.Style {
	switch p {
	case api.Running:
		return terminal.Green
	case api.Failed:
		return terminal.Red
	case api.Stopped:
		return terminal.Dim
	}
	return terminal.Yellow
}

func stateStyle(state string) terminal.Style {
	switch state {
	case "ready":
		return terminal.Green
	case "ended", "unready":
		return terminal.Red
	case "draining":
		return terminal.Dim
	}
	return terminal.Yellow
}

func restarts(n int) terminal.Cell {
	if n == 0 {
		return terminal.Faint("0")
	}
	return terminal.Painted(terminal.Yellow, strconv.Itoa(n))
}
