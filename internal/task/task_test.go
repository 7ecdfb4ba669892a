//go:build unix

package task

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// killed has this program run a task in a folder, and be killed meanwhile.
const killed = "BANYAN_TEST_KILLED"

func TestMain(m *testing.M) {
	if folder := os.Getenv(killed); folder != "" {
		app := &graph.App{Name: "shop", Tasks: []*graph.Task{{Name: "slow", Dir: folder, Run: graph.Command{Argv: []string{"/bin/sh", "-c", "echo begun; " + untilStop}}}}}
		means := Means{
			Folder: Folder(folder), Environ: func(*graph.App, *graph.Task) []string { return []string{"PATH=" + os.Getenv("PATH")} },
			Await: func(context.Context, *graph.App, *graph.Task, bool) error { return nil },
		}
		_ = NewRunner(means).Run(context.Background(), Request{App: app, Task: "slow", Who: "the killed", Output: func(_, _ string, line []byte) { fmt.Println(string(line)) }})
		return
	}
	goleak.VerifyTestMain(m)
}

const untilStop = "while [ ! -e stop ]; do sleep 0.01; done"

func TestWhatAKilledRunLeavesBehindKeepsTheTask(t *testing.T) {
	b, folder := newBench(t, "slow", "echo mine"), t.TempDir()
	b.means.Folder = Folder(folder)
	run := exec.Command(os.Args[0])
	run.Env = append(os.Environ(), killed+"="+folder)
	out, err := run.StdoutPipe()
	if err := errors.Join(err, run.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "begun\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = run.Wait() // it was killed
	_, err = b.run(Request{Task: "slow"})
	var held HeldError
	if !errors.As(err, &held) || !strings.Contains(err.Error(), "which is gone") {
		t.Errorf("beside what was left behind it says %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.says(Request{Task: "slow", Patient: true}, "slow: mine")
}

func TestTheNoteOfWhoWasKilledIsLookedAtOnce(t *testing.T) {
	b := newBench(t, "slow", "")
	path := lockPath(b.means.Folder, "slow")
	if err := errors.Join(os.MkdirAll(b.means.Folder, 0o700), os.WriteFile(path, []byte(`{"pid":1,"who":"the killed"}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	if s := Look(b.means.Folder, b.app, b.task("slow")); s.Holder != nil {
		t.Errorf("it is run by %+v", s.Holder)
	}
	if text, err := os.ReadFile(path); err != nil || len(text) > 0 {
		t.Errorf("its note is %q, %v", text, err)
	}
}

func TestWhatARunLeavesBehindOnPurposeDoesNotKeepTheTask(t *testing.T) {
	file, err := hold(t.TempDir(), "daemon", "a test")
	if err != nil {
		t.Fatal(err)
	}
	daemon := exec.Command("/bin/sh", "-c", "read line")
	daemon.ExtraFiles = heirs(file)
	in, err := daemon.StdinPipe()
	if err := errors.Join(err, daemon.Start()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(file.Name())
	release(file)
	again, err := hold(folder, "daemon", "a test")
	if err != nil {
		t.Fatalf("it cannot be taken again: %v", err)
	}
	release(again)
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	_ = daemon.Wait() // it read no line
}

// bench is a runner with an application of shell commands, and all that they wrote and that became of them.
type bench struct {
	*testing.T
	*Runner
	app *graph.App
	mu  struct {
		sync.Mutex
		said []string
	}
}

func newBench(t *testing.T, scripts ...string) *bench {
	b := &bench{T: t, app: &graph.App{Name: "shop"}}
	dir := t.TempDir()
	for i := 0; i < len(scripts); i += 2 {
		b.app.Tasks = append(b.app.Tasks, &graph.Task{
			Name: scripts[i], Dir: dir, Run: graph.Command{Argv: []string{"/bin/sh", "-c", scripts[i+1], "sh"}}, At: diag.Position{File: "banyan.yaml", Line: i + 1, Column: 3},
		})
	}
	secrets := &redact.Set{}
	if err := secrets.Replace([]string{"hunter22"}); err != nil {
		t.Fatal(err)
	}
	b.Runner = NewRunner(Means{
		Folder: Folder(t.TempDir()), Secrets: secrets, Environ: func(*graph.App, *graph.Task) []string { return []string{"PATH=" + os.Getenv("PATH")} },
		Await: func(context.Context, *graph.App, *graph.Task, bool) error { return nil },
	})
	return b
}

func (b *bench) task(name string) *graph.Task {
	t, _ := b.app.Task(name)
	return t
}

func (b *bench) note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.said = append(b.mu.said, text)
}

// run returns what was said of one run.
func (b *bench) run(q Request) (said []string, err error) {
	b.mu.said = nil
	q.App, q.Who = b.app, "a test"
	q.Output = func(name, _ string, line []byte) { b.note(name + ": " + string(line)) }
	q.Tell = func(s Step) {
		if s.Current {
			b.note(s.Task + " is current")
		}
	}
	err = b.Runner.Run(b.Context(), q)
	return b.mu.said, err
}

func (b *bench) says(q Request, want ...string) {
	b.Helper()
	if said, err := b.run(q); err != nil || !slices.Equal(said, want) {
		b.Errorf("it says %q (%v), want %q", said, err, want)
	}
}

func TestATaskRunsAfterThoseBeforeIt(t *testing.T) {
	b := newBench(t, "a", "echo one", "b", "echo two $1", "c", "echo three")
	b.task("b").After = []graph.Ref{{Name: "a"}}
	b.task("c").After = []graph.Ref{{Name: "b"}, {Name: "a"}}
	b.says(Request{Task: "c"}, "a: one", "b: two", "c: three")
	b.says(Request{Task: "b", Args: []string{"x"}}, "a: one", "b: two x")
	if s := Look(b.means.Folder, b.app, b.task("b")); s.Last == nil || s.Last.Code != 0 || s.Current || s.Holder != nil {
		t.Errorf("it stands as %+v", s)
	}
}

func TestWhatIsUpToDateIsNotRunAgain(t *testing.T) {
	b := newBench(t, "seed", "echo sown")
	seed := b.task("seed")
	write := func(name, text string) {
		path := filepath.Join(seed.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("seed/a.txt", "a")
	seed.Once = graph.Once{On: true, Files: []string{"seed/**"}}
	b.app.Services, seed.Service = []*graph.Service{{Name: "orders"}}, graph.Ref{Name: "orders"}
	const sown, current = "seed: sown", "seed is current"
	b.says(Request{Task: "seed"}, sown)
	b.says(Request{Task: "seed"}, current)
	rows := []struct {
		says   string
		change func()
		want   string
	}{
		{"a file that does not count", func() { write("other.txt", "x") }, current},
		{"a file that counts", func() { write("seed/deep/b.txt", "b") }, sown},
		{"its content", func() { write("seed/a.txt", "b") }, sown},
		{"a variable", func() { seed.Env = []graph.Variable{{Name: "A", Value: "b"}} }, sown},
		{"a variable of a file", func() { b.app.Services[0].Files = []graph.Variable{{Name: "DATABASE", Value: "another"}} }, sown},
		{"the command", func() { seed.Run.Argv = append(seed.Run.Argv, "x") }, sown},
		{"nothing", func() {}, current},
	}
	for _, row := range rows {
		t.Run(row.says, func(t *testing.T) {
			row.change()
			if s := Look(b.means.Folder, b.app, seed); s.Current != (row.want == current) {
				t.Errorf("it is current: %v", s.Current)
			}
			b.says(Request{Task: "seed"}, row.want)
		})
	}
	b.says(Request{Task: "seed", Force: true}, sown)
	b.says(Request{Task: "seed", Args: []string{"x"}}, sown)
	if err := os.RemoveAll(filepath.Join(seed.Dir, "seed")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(Request{Task: "seed"}); err == nil || !strings.Contains(err.Error(), "no file matches") {
		t.Errorf("without a file it says %v", err)
	}
}

func TestWhatFailsTellsItsCodeAndItsLastLines(t *testing.T) {
	b := newBench(t, "absent", "", "fails", "echo hunter22 >&2; exit 7", "late", "trap 'exit 0' TERM; sleep 60 & wait", "next", "echo no")
	b.task("next").After = []graph.Ref{{Name: "fails"}}
	b.task("absent").Run.Argv = []string{"./nothing-here"}
	b.task("late").Timeout = 50 * time.Millisecond
	b.task("fails").Once.On = true
	rows := []struct {
		task, text string
		code       int
	}{
		{"fails", "fails ended with code 7", 7},
		{"next", "fails ended with code 7", 7},
		{"absent", "absent cannot be run", -1},
		{"late", "late took longer than 50ms and was ended", -1},
	}
	for _, row := range rows {
		t.Run(row.task, func(t *testing.T) {
			_, err := b.run(Request{Task: row.task})
			var f *Failure
			if !errors.As(err, &f) || !strings.Contains(f.Text, row.text) || f.Code != row.code {
				t.Fatalf("it fails with %+v (%v)", f, err)
			}
			if row.code == 7 && !slices.Equal(f.Lines, []string{redact.Mask}) {
				t.Errorf("its last lines are %q", f.Lines)
			}
		})
	}
	var d diag.Diagnostic
	if _, err := b.run(Request{Task: "latte"}); !errors.As(err, &d) || d.Code != diag.NoSuchTask || !strings.Contains(d.Hint, `"late"`) {
		t.Errorf("of a task that is none it says %v", err)
	}
}

func TestTwoRunsOfOneTask(t *testing.T) {
	b := newBench(t, "slow", "echo begun; while [ ! -e stop ]; do sleep 0.01; done; echo over")
	begun, over := make(chan struct{}), make(chan error, 1)
	go func() {
		over <- b.Runner.Run(t.Context(), Request{App: b.app, Task: "slow", Who: "the first", Output: func(_, _ string, line []byte) {
			if string(line) == "begun" {
				close(begun)
			}
		}})
	}()
	<-begun
	s := Look(b.means.Folder, b.app, b.task("slow"))
	if s.Holder == nil || s.Holder.Who != "the first" || s.Holder.PID != os.Getpid() {
		t.Errorf("it is run by %+v", s.Holder)
	}
	_, err := b.run(Request{Task: "slow"})
	var held HeldError
	if !errors.As(err, &held) || !strings.Contains(err.Error(), "the first") {
		t.Errorf("the second is told %v", err)
	}
	patient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Runner.Run(patient, Request{App: b.app, Task: "slow", Patient: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("a patient one that leaves is told %v", err)
	}
	if err := os.WriteFile(filepath.Join(b.task("slow").Dir, "stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	b.says(Request{Task: "slow", Patient: true}, "slow: begun", "slow: over")
}

func TestAnInterruptedTaskIsAskedToEnd(t *testing.T) {
	b := newBench(t, "slow", "trap 'echo asked; exit 3' TERM; echo begun; while :; do sleep 0.01; done")
	b.task("slow").Once.On = true
	ctx, cancel := context.WithCancel(t.Context())
	var lines []string
	err := b.Runner.Run(ctx, Request{App: b.app, Task: "slow", Output: func(_, _ string, line []byte) {
		lines = append(lines, string(line))
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || !slices.Contains(lines, "asked") {
		t.Errorf("it says %q and ends with %v", lines, err)
	}
	if s := Look(b.means.Folder, b.app, b.task("slow")); s.Last == nil || s.Last.Code != -1 || s.Current {
		t.Errorf("it stands as %+v", s)
	}
}

func TestANoteThatCannotBeReadIsAsNone(t *testing.T) {
	b := newBench(t, "seed", "echo sown")
	b.task("seed").Once.On = true
	b.says(Request{Task: "seed"}, "seed: sown")
	for _, text := range []string{"", "{", `{"version":99,"done":"x"}`} {
		if err := os.WriteFile(path(b.means.Folder, "seed"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.says(Request{Task: "seed"}, "seed: sown")
	}
	b.says(Request{Task: "seed"}, "seed is current")
}
