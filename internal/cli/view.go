package cli

import (
	"fmt"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// stage is one way to look at services under way.
type stage interface {
	// block is what a terminal shows and draws again.
	block(s *shell, services []api.Service) string
	// step is a line about a service, empty when there is nothing to say; without a terminal each is written once.
	step(service api.Service) string
}

// view shows progress.
type view struct {
	shell *shell
	stage stage
	live  *terminal.Block
	told  map[string]bool
}

func (s *shell) view(what stage) *view {
	v := &view{shell: s, stage: what, told: map[string]bool{}}
	if s.Screen.Live {
		v.live = s.Screen.Block(s.Out)
	}
	return v
}

func (v *view) show(services []api.Service) {
	switch {
	case v.shell.quiet || v.shell.asJSON():
	case v.live != nil:
		v.live.Draw(v.stage.block(v.shell, services))
	default:
		for _, service := range services {
			// What keeps failing counts its tries in its text: it is told once all the same.
			stands := service.Name + string(service.Phase)
			if service.Problem != nil {
				stands += service.Problem.Code
			}
			if step := v.stage.step(service); step != "" && !v.told[stands] {
				v.told[stands] = true
				v.shell.printf("  %s\n", step)
			}
		}
	}
}

// ours are the services of the set, which Banyan runs.
func ours(services []api.Service) []api.Service {
	var run []api.Service
	for _, service := range services {
		if !service.Elsewhere() && !service.Absent {
			run = append(run, service)
		}
	}
	return run
}

// arriving is the stage of up.
type arriving struct{}

func (arriving) block(s *shell, services []api.Service) string {
	ready, waiting := 0, ""
	run := ours(services)
	for _, service := range run {
		switch {
		case allReady(service):
			ready++
		case waiting == "" && service.Phase == api.Starting:
			waiting = service.Name + parenthesis(service.Doing)
		}
	}
	state := fmt.Sprintf("%d of %d ready", ready, len(run))
	if waiting != "" {
		state += " · waiting for " + waiting
	}
	return s.builds(run) + s.Screen.Progress("start", ready, len(run), state)
}

// builds is the line about builds, as far as the screen is wide; empty when nothing was built.
func (s *shell) builds(services []api.Service) string {
	var underway, built []string
	cached := 0
	for _, service := range services {
		switch {
		case service.Phase == api.Building:
			underway = append(underway, service.Name+" …")
		case service.Cached:
			cached++
		case service.BuiltIn > 0:
			built = append(built, service.Name+" ✓ "+terminal.Seconds(service.BuiltIn.Duration()))
		}
	}
	parts := append(underway, built...)
	if len(parts) == 0 {
		return ""
	}
	end := ""
	if cached > 0 {
		end = fmt.Sprintf("%d from cache", cached)
	}
	return "  build    " + s.Screen.Across(parts, end, len("  build    ")) + "\n"
}

func parenthesis(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func (arriving) step(service api.Service) string {
	switch {
	case service.Elsewhere():
	case service.Phase == api.Building:
		return "build    " + service.Name
	case service.Phase == api.Failed && service.Problem != nil:
		return "failed   " + subject(service.Name, service.Problem.Text)
	case service.Phase == api.Running && allReady(service):
		return terminal.Join("  ", "ready    "+service.Name, took("", service.ReadyIn), took("built in ", service.BuiltIn))
	}
	return ""
}

// took is empty for what did not happen.
func took(what string, d api.Seconds) string {
	if d <= 0 {
		return ""
	}
	return what + terminal.Seconds(d.Duration())
}

// leaving is the stage of down.
type leaving struct{}

func (leaving) block(s *shell, services []api.Service) string {
	var left []string
	run := ours(services)
	for _, service := range run {
		if service.Phase != api.Stopped && service.Phase != api.Failed {
			left = append(left, service.Name)
		}
	}
	state := fmt.Sprintf("%d of %d stopped", len(run)-len(left), len(run))
	if len(left) > 0 {
		state += " · " + terminal.Several(left, 4)
	}
	return s.Screen.Progress("stop", len(run)-len(left), len(run), state)
}

func (leaving) step(service api.Service) string {
	if service.Elsewhere() || service.Absent || service.Phase != api.Stopped {
		return ""
	}
	return "stopped  " + service.Name
}
