package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/doctor"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "What this machine can and cannot do for the application",
		Long: "Look at what an application needs of this machine: its ports and programs, limits, disk, clocks, folders, loopback and proxies, and what\n" +
			"the system supports. Each thing that is not right comes with why it matters and the way out. Nothing is changed and nothing is asked\n" +
			"of the outside. Without banyan.yaml the machine alone is looked at. Exits 1 when a check failed; warnings fail nothing.",
		Example: "  banyan doctor\n  banyan doctor -q\n  banyan doctor -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.doctor(cmd.Context()) },
	}
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) doctor(ctx context.Context) error {
	subject, err := s.subject(ctx)
	if err != nil {
		return err
	}
	report := doctor.Run(ctx, subject, doctor.Checks())
	if ctx.Err() != nil {
		return silently(exitInterrupted)
	}
	if err := s.list(report, func() { s.showReport(subject, report) }); err != nil || report.OK {
		return err
	}
	return silently(exitFailed)
}

// subject is the application of this folder, or the folder alone.
func (s *shell) subject(ctx context.Context) (doctor.Subject, error) {
	r := thisRelease()
	subject := doctor.Subject{Dir: s.Dir, Environ: s.Environ}
	at, err := s.place()
	var d diag.Diagnostic
	switch {
	case err == nil:
		subject.Dir = at.Root
		loaded, _, err := s.load(at)
		if err != nil && !errors.As(err, &subject.Faults) {
			return subject, err
		}
		if loaded != nil {
			subject.App = loaded.App
			subject.Running = at.serves(ctx)
		}
	case s.file != "" || !errors.As(err, &d) || d.Code != diag.NoFile:
		return subject, err
	}
	at.Place = project.Place{Root: subject.Dir, Name: s.project}
	subject.Banyan = doctor.Banyan{
		Version: r.Version, System: r.System,
		State: at.State(), Runtime: project.RuntimeFolder(), Socket: at.Socket(),
	}
	return subject, nil
}

// serves tells whether the application runs and answers.
func (p place) serves(ctx context.Context) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, completeWithin, errors.New("no answer"))
	defer cancel()
	_, err := api.Dial(p.Socket()).App(ctx)
	return err == nil
}

// showReport writes what is right first: what is wrong ends the screen, worst last.
func (s *shell) showReport(subject doctor.Subject, r doctor.Report) {
	s.note("%s\n\n", terminal.Join(" · ", s.paint(terminal.Bold, "banyan "+r.Version), r.System, r.App))
	right := terminal.Table{Columns: []terminal.Column{{}, {}, {Shrink: true}}}
	for _, f := range r.Findings {
		if f.Grade == doctor.Fine {
			right.Row(terminal.Painted(terminal.Green, "✓"), terminal.Plain(f.Check), terminal.Faint(within(subject.Dir, f.Found)))
		}
	}
	s.note("%s\n%s", right.Render(s.Screen), s.support(r))
	for _, grade := range []doctor.Grade{doctor.Warning, doctor.Failed} {
		for _, f := range r.Findings {
			if f.Grade == grade {
				s.showFinding(subject.Dir, f)
			}
		}
	}
	s.note("\n%s\n", r.Text)
}

// within leaves out the folder that everything is about.
func within(dir, text string) string {
	return strings.ReplaceAll(text, dir+"/", "")
}

func (s *shell) showFinding(dir string, f doctor.Finding) {
	how, sign := terminal.Yellow, "!"
	if f.Grade == doctor.Failed {
		how, sign = terminal.Red, "✗"
	}
	s.printf("\n%s %s: %s\n", s.paint(how, sign), s.paint(terminal.Bold, f.Check), s.Screen.Harmless(within(dir, f.Found)))
	width := 100
	if s.Screen.Width > 0 {
		width = s.Screen.Width
	}
	const why = "    why   "
	s.printf("%s%s\n", why, terminal.Hang(f.Why, len(why), width))
	s.printf("    fix   %s\n", s.Screen.Harmless(f.Fix)) // whole, in one line: it is pasted
}

// wideEnough is what the table of all systems takes.
const wideEnough = 104

// support is the table of what each system can; where there is little room, of this one alone.
func (s *shell) support(r doctor.Report) string {
	system, _, _ := strings.Cut(r.System, "/")
	t := terminal.Table{Columns: []terminal.Column{{Head: "support"}, {Head: "Linux"}, {Head: "macOS"}, {Head: "Windows"}}}
	narrow := s.Screen.Width > 0 && s.Screen.Width < wideEnough
	if narrow {
		t.Columns = []terminal.Column{{Head: "support"}, {Head: "on " + system}}
	}
	for _, f := range r.Support {
		if narrow {
			t.Row(terminal.Plain(f.Feature), terminal.Faint(f.On(system)))
			continue
		}
		t.Row(terminal.Plain(f.Feature), terminal.Faint(f.Linux), terminal.Faint(f.MacOS), terminal.Faint(f.Windows))
	}
	return t.Render(s.Screen)
}
