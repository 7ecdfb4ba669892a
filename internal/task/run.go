package task

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/unit"
)

// Means are what a Runner works with.
type Means struct {
	// Folder is where the notes of tasks lie: see Folder.
	Folder string
	// Environ is the whole environment of a task.
	Environ func(app *graph.App, t *graph.Task) []string
	// Await returns when what a task needs is ready; its error says what is not, and that waiting is of no use. A patient one waits
	// for what failed too.
	Await func(ctx context.Context, app *graph.App, t *graph.Task, patient bool) error
	// Output takes each line of every run; it is valid during the call only. Nil drops it.
	Output  func(task, stream string, line []byte)
	Journal journal.Recorder
	// Secrets are masked in last lines; nil masks nothing.
	Secrets *redact.Set
}

// Runner runs tasks.
type Runner struct{ means Means }

// NewRunner returns a Runner; Output, Journal and Secrets may be missing.
func NewRunner(m Means) *Runner { return &Runner{m} }

// Request is one wish to run a task.
type Request struct {
	App  *graph.App
	Task string
	// Args are added to the command of the task itself, not to those before it.
	Args []string
	// Force runs what is up to date too.
	Force bool
	// Who runs it, for whoever wants to run it too; Why is for the journal.
	Who, Why string
	// Patient waits while somebody else runs it; otherwise that is a HeldError.
	Patient bool
	// Tell is told of each step, Output of each line, valid during the call only; the calls do not overlap. Nil is nobody.
	Tell   func(Step)
	Output func(task, stream string, line []byte)
}

// Step is what happens to one task: it begins, or need not, or is over.
type Step struct {
	Task string
	// Begins says that it is started now; Current that it is up to date and not run.
	Begins, Current bool
	// Past is the run that is over, nil before.
	Past *Past
}

// Failure is a task that did not do what it was to.
type Failure struct {
	Task *graph.Task
	// Code is the exit code, -1 when it was ended or could not be started.
	Code int
	// Text says it in one line, Likely why where something is known.
	Text, Likely string
	// Lines are its last lines, oldest first.
	Lines []string
	cause error
}

// Error is one line; Lines say more.
func (f *Failure) Error() string { return f.Text }

// Unwrap is what kept it from running, nil when it ran.
func (f *Failure) Unwrap() error { return f.cause }

const (
	// grace lies between SIGTERM and SIGKILL of a task.
	grace = graph.DefaultGrace
	// askEach lies between two looks at whether another run of a task is over.
	askEach = 100 * time.Millisecond
)

// errTimeout ends a run that took too long.
var errTimeout = errors.New("it took longer than its timeout")

// Run runs a task, and before it those that it comes after, and returns when it is over. A task that fails is a *Failure, one that
// somebody else runs a HeldError; when ctx ends, what runs is asked to end and killed after 10 s, and the error is ctx's.
func (r *Runner) Run(ctx context.Context, q Request) error {
	sequence := q.App.Sequence(q.Task)
	if len(sequence) == 0 {
		return Unknown(q.App, q.Task)
	}
	for i, t := range sequence {
		if err := r.one(ctx, q, t, i == len(sequence)-1); err != nil {
			return err
		}
	}
	return nil
}

// Unknown says that there is no such task.
func Unknown(app *graph.App, name string) error {
	var names []string
	for _, t := range app.Tasks {
		names = append(names, t.Name)
	}
	d := diag.At(diag.Position{}, diag.NoSuchTask, "there is no task %q", name)
	switch near := diag.Nearest(name, names); {
	case near != "":
		return d.WithHint("did you mean %q?", near)
	case len(names) == 0:
		return d.WithHint("the file declares none: add tasks: {%s: {run: …}}", name)
	}
	return d.WithHint("banyan run lists the tasks")
}

// one runs one task of a sequence.
func (r *Runner) one(ctx context.Context, q Request, t *graph.Task, last bool) error {
	var args []string
	if last {
		args = q.Args
	}
	taken, err := r.take(ctx, q, t.Name)
	if err != nil {
		return err
	}
	defer release(taken)
	kept, now := read(r.means.Folder, t.Name), ""
	if t.Once.On {
		if now, err = fingerprint(q.App, t, args); err != nil {
			return r.unbegun(t, err)
		}
		if forced := q.Force && last; now == kept.Done && !forced {
			q.tell(Step{Task: t.Name, Current: true})
			return nil
		}
	}
	if err := r.means.Await(ctx, q.App, t, q.Patient); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.unbegun(t, err)
	}
	q.tell(Step{Task: t.Name, Begins: true})
	past, failed := r.run(ctx, q, t, args, taken)
	kept.Version, kept.Last = recordVersion, &past
	if failed == nil && t.Once.On {
		kept.Done = now
	}
	if err := write(r.means.Folder, t.Name, kept); err != nil {
		r.note(journal.Entry{Kind: journal.Notice, Subject: t.Name, Text: "the run of " + t.Name + " cannot be noted", Why: err.Error(), Where: t.At})
	}
	q.tell(Step{Task: t.Name, Past: &past})
	return failed
}

func (q Request) tell(s Step) {
	if q.Tell != nil {
		q.Tell(s)
	}
}

// take waits for the task where the request is patient.
func (r *Runner) take(ctx context.Context, q Request, name string) (*os.File, error) {
	tick := time.NewTicker(askEach)
	defer tick.Stop()
	for {
		taken, err := hold(r.means.Folder, name, q.Who)
		var held HeldError
		if err == nil || !q.Patient || !errors.As(err, &held) {
			return taken, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// run starts the process, which has the task too, and waits for its end.
func (r *Runner) run(ctx context.Context, q Request, t *graph.Task, args []string, taken *os.File) (Past, error) {
	bounded, cancel := ctx, context.CancelFunc(func() {})
	if t.Timeout > 0 {
		bounded, cancel = context.WithTimeoutCause(ctx, t.Timeout, errTimeout)
	}
	defer cancel()
	began := time.Now()
	r.note(journal.Entry{Kind: journal.Task, Subject: t.Name, Text: "running " + t.Name, Why: q.Why, Where: t.At})
	ended, err := runner.Run(bounded, runner.OneOff{
		Dir: t.Dir, Argv: slices.Concat(t.Run.Argv, args), Env: r.means.Environ(q.App, t), Files: heirs(taken), Grace: grace,
	}, func(stream string, line []byte) {
		for _, output := range []func(string, string, []byte){r.means.Output, q.Output} {
			if output != nil {
				output(t.Name, stream, line)
			}
		}
	})
	past := Past{At: began, Took: time.Since(began), Code: ended.Code, Why: q.Why}
	if err == nil && ended.Code == 0 {
		r.note(journal.Entry{Kind: journal.Task, Subject: t.Name, Text: fmt.Sprintf("%s is done after %s", t.Name, unit.Duration(past.Took.Round(time.Millisecond))), Where: t.At})
		return past, nil
	}
	if err != nil {
		past.Code = -1
	}
	f := r.failure(t, past.Code, ended.Lines, err)
	r.note(journal.Entry{Kind: journal.Task, Subject: t.Name, Text: f.Text, Why: f.Likely, Where: t.At, Code: diag.TaskFailed, Lines: f.Lines})
	if ctx.Err() != nil && err != nil {
		return past, context.Cause(ctx)
	}
	return past, f
}

func (r *Runner) note(e journal.Entry) {
	if r.means.Journal != nil {
		r.means.Journal.Record(e)
	}
}

// failure says why a task failed.
func (r *Runner) failure(t *graph.Task, code int, lines []string, err error) *Failure {
	f := &Failure{Task: t, Code: code, Lines: slices.Clone(lines), cause: err, Text: fmt.Sprintf("%s ended with code %d", t.Name, code)}
	if r.means.Secrets != nil {
		for i, line := range f.Lines {
			f.Lines[i] = r.means.Secrets.Text(line)
		}
	}
	var d diag.Diagnostic
	switch {
	case errors.Is(err, errTimeout):
		f.Text = fmt.Sprintf("%s took longer than %s and was ended", t.Name, unit.Duration(t.Timeout))
	case errors.Is(err, context.Canceled):
		f.Text = t.Name + " was interrupted"
	case errors.As(err, &d):
		f.Text, f.Likely = t.Name+" cannot be run: "+d.Message, d.Hint
	case err != nil:
		f.Text = fmt.Sprintf("%s cannot be run: %v", t.Name, err)
	}
	return f
}

// unbegun is a task that could not begin.
func (r *Runner) unbegun(t *graph.Task, err error) error {
	f := r.failure(t, -1, nil, err)
	r.note(journal.Entry{Kind: journal.Task, Subject: t.Name, Text: f.Text, Why: f.Likely, Where: t.At, Code: diag.TaskFailed})
	return f
}
