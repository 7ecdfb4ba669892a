package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) runCommand() *cobra.Command {
	var run api.TaskRun
	cmd := &cobra.Command{
		Use: "run [task] [-- argument…]", Short: "Run a task with its service's environment, or list the tasks",
		Long: "Run a task of the file, and before it those that it comes after. What stands behind -- is added to its command. The exit code is\n" +
			"that of the task; Ctrl-C asks it to end, and kills it with all that it started after 10 s. What is to be run once is not run again\n" +
			"while its command, its variables and its files are what they were. Without a task: list them.",
		Example:           "  banyan run\n  banyan run migrate\n  banyan run seed --force -- --rows 100",
		ValidArgsFunction: s.tasks,
		RunE: func(cmd *cobra.Command, args []string) error {
			dash := cmd.ArgsLenAtDash()
			switch {
			case len(args) == 0:
				return s.listTasks(cmd.Context())
			case dash == 0, dash < 0 && len(args) > 1, dash > 1:
				return misuse(diag.At(diag.Position{}, diag.BadArgument, "banyan run takes one task").
					WithHint("what is meant for the task stands behind --: banyan run %s -- %s", args[0], strings.Join(args[1:], " ")))
			}
			run.Args = args[1:]
			return s.runTask(cmd.Context(), args[0], run)
		},
	}
	cmd.Flags().BoolVar(&run.Force, "force", false, "run it although it is up to date")
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

// tasks completes the name of a task.
func (s *shell) tasks(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	at, err := s.place()
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, t := range loaded.App.Tasks {
		names = append(names, t.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (s *shell) listTasks(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	all, err := client.Tasks(ctx)
	if errors.Is(err, api.ErrNotRunning) {
		all, err = s.tasksAlone()
	}
	if err != nil {
		return s.running(err)
	}
	return s.list(all, func() {
		if len(all) == 0 {
			s.printf("the file declares no tasks\n")
			return
		}
		t := terminal.Table{Columns: []terminal.Column{
			{Head: "task"}, {Head: "state"}, {Head: "last run", Right: true}, {Head: "took", Right: true, Drop: 3}, {Head: "of", Drop: 2}, {Head: "run by", Shrink: true, Drop: 1}, {Head: "", Drop: 4},
		}}
		for _, one := range all {
			t.Row(terminal.Plain(one.Name), standing(one), terminal.Plain(ago(s, one)), terminal.Plain(took("", one.Took)), terminal.Plain(one.Service),
				terminal.Plain(terminal.Several(one.Hooks, 3)), terminal.Faint(one.Where))
		}
		s.printf("%s", t.Render(s.Screen))
	})
}

func ago(s *shell, t api.Task) string {
	if t.Last.IsZero() {
		return "never"
	}
	if since := terminal.Since(s.Now(), t.Last); since != "now" {
		return since + " ago"
	}
	return "now"
}

// standing is how a task stands, in a word or two.
func standing(t api.Task) terminal.Cell {
	switch {
	case t.Running != "":
		return terminal.Painted(terminal.Yellow, "running")
	case !t.Last.IsZero() && t.Code < 0:
		return terminal.Painted(terminal.Yellow, "unfinished") // interrupted, too slow, or never begun
	case !t.Last.IsZero() && t.Code > 0:
		return terminal.Painted(terminal.Red, fmt.Sprintf("failed, code %d", t.Code))
	case t.Current:
		return terminal.Painted(terminal.Green, "up to date")
	case t.Once:
		return terminal.Painted(terminal.Yellow, "due")
	}
	return terminal.Faint("run each time")
}

func (s *shell) runTask(ctx context.Context, name string, run api.TaskRun) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	begun, code, err := s.follows(ctx, name, client.RunTask(ctx, name, run))
	if errors.Is(err, api.ErrNotRunning) && !begun {
		alone, finish, refused := s.runAlone(ctx, name, run)
		if refused != nil {
			return refused
		}
		_, code, err = s.follows(ctx, name, alone)
		if finish(); ctx.Err() != nil {
			s.warn("%s was interrupted", name)
			return silently(exitInterrupted)
		}
	}
	switch {
	case ctx.Err() != nil:
		s.warn("%s is asked to end", name)
		return silently(exitInterrupted)
	case err != nil:
		return s.running(err)
	case code != exitOK:
		return silently(code)
	}
	return nil
}

// follows writes what a run writes, and returns the exit code of what failed. begun says that anything came.
func (s *shell) follows(ctx context.Context, name string, events iter.Seq2[api.TaskEvent, error]) (begun bool, code int, err error) {
	over := false
	for e, err := range events {
		if err != nil {
			return begun, code, err
		}
		if begun = true; e.Failed != nil && ctx.Err() != nil {
			over = true
			continue // it was interrupted here
		}
		over = over || e.State != "" && e.State != api.TaskBegun
		if e.State == api.TaskFailed {
			code = max(e.Code, exitFailed)
		}
		if err := s.record(e, func() { s.writes(e, e.Task == name) }); err != nil {
			return begun, code, err
		}
	}
	if !over && ctx.Err() == nil {
		return begun, code, api.ErrBroken
	}
	return begun, code, nil
}

// writes writes an event: lines to where the task wrote them, all else beside them. asked says that it is of the task that was named.
func (s *shell) writes(e api.TaskEvent, asked bool) {
	mark := s.ErrScreen.Paint(terminal.Dim, "·")
	switch {
	case e.State == "" && e.Stream == "stderr":
		fmt.Fprintln(s.Err, s.ErrScreen.Harmless(e.Text))
	case e.State == "":
		s.printf("%s\n", s.Screen.Harmless(e.Text))
	case e.Failed != nil:
		p := *e.Failed
		p.Lines = nil // they stand above
		fmt.Fprint(s.Err, s.trouble("", p))
	case s.quiet:
	case e.State == api.TaskCurrent:
		fmt.Fprintf(s.Err, "%s %s is up to date%s\n", mark, e.Task, pick(asked, " · --force runs it again", ""))
	case e.State == api.TaskBegun:
		fmt.Fprintf(s.Err, "%s running %s\n", mark, e.Task)
	case e.State == api.TaskDone:
		fmt.Fprintf(s.Err, "%s %s is done after %s\n", mark, e.Task, terminal.Seconds(e.Took.Duration()))
	}
}
