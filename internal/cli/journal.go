package cli

import (
	"context"
	"iter"
	"regexp"
	"strings"
	"time"

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
	if err := countable(limit); err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	deeds, err := client.Journal(ctx, limit)
	if err != nil {
		return s.seen(err)
	}
	if follow {
		return s.followJournal(ctx, client, limit)
	}
	return s.list(deeds, func() {
		for _, d := range deeds {
			s.printf("%s\n", s.deed(d))
		}
	})
}

// followJournal closes the gap when another control process goes on.
func (s *shell) followJournal(ctx context.Context, client *api.Client, limit int) error {
	var last time.Time
	next := func(ctx context.Context) iter.Seq2[api.Deed, error] { return client.FollowJournal(ctx, limit) }
	for d, err := range lasting(ctx, next) {
		switch {
		case err != nil:
			return s.running(err)
		case !d.At.After(last):
			continue
		}
		last = d.At
		if err := s.record(d, func() { s.printf("%s\n", s.deed(d)) }); err != nil {
			return err
		}
	}
	return s.concluded(ctx)
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
	lead, why := terminal.Join("  ", at, kind, subject)+"  ", s.paint(terminal.Dim, why)
	line := lead + terminal.Join("  ", d.Text, why)
	if s.Screen.Width <= 0 || terminal.Columns(line) <= s.Screen.Width {
		return line
	}
	indent := terminal.Columns(lead)
	return lead + terminal.Join("\n"+strings.Repeat(" ", indent), terminal.Hang(d.Text, indent, s.Screen.Width), terminal.Hang(why, indent, s.Screen.Width))
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
