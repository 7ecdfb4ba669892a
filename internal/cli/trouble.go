package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// shownLines is how much of a failed service's output stands on the screen; logs has all.
const shownLines = 20

// trouble writes a problem whole: what, its last lines, the likely reason, and what to do next.
func (s *shell) trouble(service string, p api.Problem) string {
	var b strings.Builder
	where := ""
	if p.Where != "" {
		where = " (" + p.Where + ")"
	}
	fmt.Fprintf(&b, "%s %s%s%s\n", s.paint(terminal.Red, "✗"), s.paint(terminal.Bold, subject(service, p.Text)), exit(p), s.paint(terminal.Dim, where))
	if lines := p.Lines; len(lines) > 0 {
		fmt.Fprintf(&b, "    last lines of %s\n", terminal.First(p.Instance, service))
		for _, text := range lines[max(0, len(lines)-shownLines):] {
			fmt.Fprintf(&b, "      %s\n", s.Screen.Harmless(text))
		}
	}
	if p.Likely != "" {
		fmt.Fprintf(&b, "    likely   %s\n", p.Likely)
	}
	if next := s.next(service, p); next != "" {
		fmt.Fprintf(&b, "    next     %s\n", next)
	}
	return b.String()
}

// subject begins a text with whom it is about, unless it does so itself.
func subject(service, text string) string {
	if service == "" || strings.HasPrefix(text, service) {
		return text
	}
	return service + ": " + text
}

func exit(p api.Problem) string {
	switch {
	case p.Signal != "" && !strings.Contains(p.Text, p.Signal):
		return ", ended by " + p.Signal
	case p.Exit != nil && *p.Exit >= 0 && !strings.Contains(p.Text, fmt.Sprintf("code %d", *p.Exit)):
		return fmt.Sprintf(", exit code %d", *p.Exit)
	}
	return ""
}

func (s *shell) next(service string, p api.Problem) string {
	var steps []string
	if p.Code == string(diag.TaskFailed) && p.Instance != "" {
		steps = append(steps, "banyan logs "+p.Instance, "banyan run "+p.Instance)
	} else if service != "" {
		steps = append(steps, "banyan logs "+service, "banyan env "+service)
	}
	if p.Code != "" {
		steps = append(steps, "banyan help "+p.Code)
	}
	return strings.Join(steps, " · ")
}

// retried says when what failed is tried again, empty when it is not.
func (s *shell) retried(service string, p api.Problem) string {
	if p.Next.IsZero() {
		return ""
	}
	if wait := p.Next.Sub(s.Now()); wait >= time.Second {
		return fmt.Sprintf("%s is retried in %s", service, terminal.Lasted(wait))
	}
	return service + " is being retried"
}
