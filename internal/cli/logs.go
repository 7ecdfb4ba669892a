package cli

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
	"github.com/banyan-run/banyan/internal/unit"
)

// logOptions are the flags of logs.
type logOptions struct {
	query              api.LineQuery
	since              string
	follow, timestamps bool
}

func (s *shell) logsCommand() *cobra.Command {
	var o logOptions
	cmd := &cobra.Command{
		Use: "logs [service…]", Short: "Show what services wrote",
		Long: "Show the newest lines of all services, or of those named, oldest first. A name may be an instance, as orders.2, or a task.\n" +
			"--trace shows the lines of one request through all services.",
		Example: "  banyan logs -f orders\n  banyan logs --level warn --since 10m\n  banyan logs --words 'payment declined'\n  banyan logs --trace 4bf92f35\n  banyan logs -n 1000 -o json",
		RunE:    func(cmd *cobra.Command, args []string) error { return s.logs(cmd.Context(), o, args) },
	}
	cmd.ValidArgsFunction = s.services
	flags := cmd.Flags()
	flags.BoolVarP(&o.follow, "follow", "f", false, "go on with each line as it comes")
	flags.StringVar(&o.query.Trace, "trace", "", "lines of one trace: its id, or the beginning of it")
	flags.StringVar(&o.since, "since", "", "lines since then: a duration (10m), a clock time (14:03) or an instant (RFC 3339)")
	flags.StringVar(&o.query.Level, "level", "", "the least grave level: trace, debug, info, warn, error or fatal")
	flags.StringVar(&o.query.Words, "words", "", "lines that have all of these words, in any order and case")
	flags.IntVarP(&o.query.Limit, "lines", "n", 200, "how many of the newest lines")
	flags.BoolVar(&o.query.Access, "access", false, "a line for each request as well")
	flags.BoolVarP(&o.timestamps, "timestamps", "t", false, "begin each line with its time")
	_ = cmd.RegisterFlagCompletionFunc("trace", s.traces)
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(levels, cobra.ShellCompDirectiveNoFileComp))
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

var levels = []string{"trace", "debug", "info", "warn", "error", "fatal"}

func (s *shell) logs(ctx context.Context, o logOptions, names []string) error {
	query, err := s.lineQuery(o, names)
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	services, err := client.Services(ctx)
	if err != nil {
		return s.seen(err)
	}
	p := s.printer(services)
	p.timestamps = o.timestamps
	if len(names) > 0 {
		if services, err = s.speaking(ctx, client, services, query); err != nil {
			return err
		}
	}
	if o.follow {
		return s.follow(ctx, client, query, p)
	}
	found, err := client.Lines(ctx, query)
	if err != nil {
		return s.running(err)
	}
	if len(found) == 0 {
		if err := missing(services, query); err != nil {
			return err
		}
	}
	return s.list(found, func() {
		for _, l := range found {
			s.printf("%s\n", p.text(l))
		}
	})
}

func (s *shell) follow(ctx context.Context, client *api.Client, query api.LineQuery, p printer) error {
	next := func(ctx context.Context) iter.Seq2[api.Line, error] { return client.FollowLines(ctx, query) }
	for l, err := range lasting(ctx, next) {
		if err != nil {
			return s.running(err)
		}
		query.Since = l.At.Add(1) // the next control process tells the newest lines once more
		if err := s.record(l, func() { s.printf("%s\n", p.text(l)) }); err != nil {
			return err
		}
	}
	return s.concluded(ctx)
}

// speaking are the services among those that are asked for; tasks write lines too.
func (s *shell) speaking(ctx context.Context, client *api.Client, services []api.Service, q api.LineQuery) ([]api.Service, error) {
	chosen, err := selected(slices.Clone(services), q.Services)
	if err == nil {
		return chosen, mute(chosen, q)
	}
	tasks, failed := client.Tasks(ctx)
	if failed != nil {
		return nil, s.running(failed)
	}
	for _, t := range tasks {
		services = append(services, api.Service{Name: t.Name})
	}
	if chosen, err = selected(services, q.Services); err != nil {
		return nil, err
	}
	return chosen, mute(chosen, q)
}

// mute refuses a question about somebody of whom there are no lines.
func mute(services []api.Service, q api.LineQuery) error {
	for _, service := range services {
		if service.External && !q.Access {
			return diag.At(diag.Position{}, diag.BadArgument, "%q is external: Banyan does not run it, so it has no lines of it", service.Name).
				WithHint("banyan trace --service %s lists the requests to it", service.Name)
		}
	}
	return nil
}

// missing refuses an instance that is not there, of which no line is kept either.
func missing(services []api.Service, q api.LineQuery) error {
	var there []string
	for _, service := range services {
		for _, i := range service.Instances {
			there = append(there, i.ID)
		}
	}
	if q.Instance == "" || slices.Contains(there, q.Instance) {
		return nil
	}
	d := diag.At(diag.Position{}, diag.NoSuchService, "there is no instance %q", q.Instance)
	if len(there) == 0 {
		return d.WithHint("%s has no instance now", q.Services[0])
	}
	return d.WithHint("there are %s", terminal.Several(there, 8))
}

func (s *shell) lineQuery(o logOptions, names []string) (api.LineQuery, error) {
	q := o.query
	if q.Level != "" && !slices.Contains(levels, strings.ToLower(q.Level)) {
		return q, misuse(diag.At(diag.Position{}, diag.BadArgument, "--level takes %s, not %q", strings.Join(levels, ", "), q.Level))
	}
	if err := countable(q.Limit); err != nil {
		return q, err
	}
	q.Level = strings.ToUpper(q.Level)
	for _, name := range names {
		service, _, instance := strings.Cut(name, ".")
		if instance {
			q.Instance = name
		}
		q.Services = append(q.Services, service)
	}
	if q.Instance != "" && len(names) > 1 {
		return q, misuse(diag.At(diag.Position{}, diag.BadArgument, "logs takes one instance, or several services"))
	}
	var err error
	q.Since, err = s.instant(o.since)
	return q, err
}

// countable refuses a count of newest ones that asks for none.
func countable(limit int) error {
	if limit < 1 {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "-n takes a count above zero, not %d", limit))
	}
	return nil
}

// instant reads --since; a clock time that has not come today was yesterday's.
func (s *shell) instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := unit.ParseDuration(text); err == nil {
		return s.Now().Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, form := range []string{"15:04", "15:04:05"} {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil {
			y, m, d := s.Now().Local().Date()
			t = time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.Local)
			if t.After(s.Now()) {
				t = t.AddDate(0, 0, -1)
			}
			return t, nil
		}
	}
	return time.Time{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "--since takes a duration (10m), a clock time (14:03) or an RFC 3339 instant, not %q", text))
}
