package cli

import (
	"context"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) journalCommand() *cobra.Command {
	limit, follow := 100, false
	cmd := &cobra.Command{
		Use: "journal", Short: "Show what the platform did, and why",
		Long:    "List what Banyan did with the application, oldest first: starts, crashes, restarts, reloads, refusals, each with its cause.",
		Example: "  banyan journal\n  banyan journal -f\n  banyan journal -n 20 -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.journal(cmd.Context(), limit, follow) },
	}
	cmd.Flags().IntVarP(&limit, "lines", "n", limit, "how many of the newest entries")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with each entry as it comes")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) journal(ctx context.Context, limit int, follow bool) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	deeds, err := client.Journal(ctx, limit)
	if err != nil {
		return s.running(err)
	}
	if !follow {
		return s.list(deeds, func() {
			for _, d := range deeds {
				s.printf("%s\n", s.deed(d))
			}
		})
	}
	for _, d := range deeds {
		if err := s.record(d, func() { s.printf("%s\n", s.deed(d)) }); err != nil {
			return err
		}
	}
	for d, err := range client.FollowJournal(ctx) {
		if err != nil {
			return s.running(err)
		}
		if err := s.record(d, func() { s.printf("%s\n", s.deed(d)) }); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return silently(exitInterrupted)
	}
	return nil
}

// deed is an entry in a line. Its subject has a column only where the text does not name it.
func (s *shell) deed(d api.Deed) string {
	why, subject := d.Why, ""
	if d.Where != "" {
		why = terminal.Join(" ", why, "("+d.Where+")")
	}
	if d.Subject != "" && !mentions(d.Text, d.Subject) {
		subject = s.paint(terminal.Bold, terminal.Pad(d.Subject, 10))
	}
	at, kind := s.paint(terminal.Dim, terminal.Clock(s.Now(), d.At)), s.paint(deedStyle(d), terminal.Pad(d.Kind, 8))
	return terminal.Join("  ", at, kind, subject, d.Text, s.paint(terminal.Dim, why))
}

// mentions tells whether a text has the name as a word: reorders does not name orders, and neither does orders-v2.
func mentions(text, name string) bool {
	return regexp.MustCompile(`(^|[^\pL\pN-])` + regexp.QuoteMeta(name) + `($|[^\pL\pN-])`).MatchString(text)
}

func deedStyle(d api.Deed) terminal.Style {
	switch journal.Kind(d.Kind) {
	case journal.Crash, journal.Refused, journal.Exit:
		return terminal.Red
	case journal.Unready, journal.Notice, journal.Takeover:
		return terminal.Yellow
	case journal.Ready, journal.Up:
		return terminal.Green
	}
	return terminal.None
}
