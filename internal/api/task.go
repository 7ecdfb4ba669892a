package api

import (
	"context"
	"iter"
	"net/http"
	"time"
)

// Task is a one-off process of the application, and how it stands.
type Task struct {
	Name    string   `json:"name" doc:"Name."`
	Where   string   `json:"where" doc:"Where it is declared."`
	Service string   `json:"service,omitempty" doc:"The service whose environment it has."`
	After   []string `json:"after,omitempty" doc:"The tasks that are run before it."`
	Needs   []string `json:"needs,omitempty" doc:"The services that must be ready."`
	Hooks   []string `json:"hooks,omitempty" doc:"When services run it, as before orders."`
	Once    bool     `json:"once,omitempty" doc:"It is not run again while it is up to date."`
	// Current says that it is up to date; it is false for what is run each time.
	Current bool `json:"current,omitempty" doc:"It is up to date."`
	// Last is when it last ran, zero when it never did; Code how that ended, -1 when it was interrupted or never began.
	Last    time.Time `json:"last,omitzero" doc:"When it last ran."`
	Took    Seconds   `json:"took,omitempty" doc:"Seconds that the last run took."`
	Code    int       `json:"code" doc:"Exit code of the last run, -1 when it was interrupted."`
	Running string    `json:"running,omitempty" doc:"Who runs it now."`
}

// TaskRun is a wish to run a task.
type TaskRun struct {
	Args  []string `json:"args,omitempty" doc:"Added to its command."`
	Force bool     `json:"force,omitempty" doc:"Run it although it is up to date."`
}

// TaskEvent is a line that a task wrote, or what became of it.
type TaskEvent struct {
	Task string `json:"task" doc:"The task."`
	// State is begun, current, done or failed; empty for a line.
	State  string   `json:"state,omitempty" doc:"begun, current, done or failed; none for a line."`
	Stream string   `json:"stream,omitempty" doc:"stdout or stderr."`
	Text   string   `json:"text,omitempty" doc:"The line."`
	Took   Seconds  `json:"took,omitempty" doc:"Seconds that it took."`
	Code   int      `json:"code,omitempty" doc:"Exit code, -1 when it never ran or was ended."`
	Failed *Problem `json:"failed,omitempty" doc:"Why it failed."`
}

// The states of a TaskEvent.
const (
	TaskBegun   = "begun"
	TaskCurrent = "current"
	TaskDone    = "done"
	TaskFailed  = "failed"
)

// Tasks runs tasks.
type Tasks interface {
	Tasks() []Task
	// Run returns the run of a task, which begins when its events are asked for and ends with their context.
	Run(name string, run TaskRun) (func(context.Context) iter.Seq[TaskEvent], error)
}

func (s server) runTask(w http.ResponseWriter, r *http.Request) {
	var run TaskRun
	if err := read(r, &run); err != nil {
		refuse(w, err)
		return
	}
	events, err := s.Tasks.Run(r.PathValue("task"), run)
	if err != nil {
		refuse(w, err)
		return
	}
	stream(w, r, events)
}

// Tasks are the tasks of the application by name.
func (c *Client) Tasks(ctx context.Context) ([]Task, error) {
	return do[[]Task](ctx, c, request{id: "tasks"})
}

// RunTask runs a task and yields what it writes and what becomes of it and of those before it. When ctx ends it is asked to end.
func (c *Client) RunTask(ctx context.Context, name string, run TaskRun) iter.Seq2[TaskEvent, error] {
	return follow[TaskEvent](ctx, c, request{id: "runTask", path: map[string]string{"task": name}, in: run}, nil)
}
