//go:build unix

package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// shell builds orders with a shell's script, and returns the lines of its streams.
func shell(ctx context.Context, dir, script string) (lines []string, err error) {
	spec := BuildSpec{Service: "orders", Dir: dir, Argv: []string{"sh", "-c", script}, Env: os.Environ()}
	err = Build(ctx, spec, func(stream string, line []byte) { lines = append(lines, stream+": "+string(line)) })
	return lines, err
}

func TestBuild(t *testing.T) {
	rows := []struct {
		sentence, script string
		lines            []string
		code             int
	}{
		{"each line comes without its end, the last one too", `printf 'one\r\ntwo\nthree'`, []string{"stdout: one", "stdout: two", "stdout: three"}, 0},
		{"what goes to stderr says so", `echo warning >&2`, []string{"stderr: warning"}, 0},
		{"an empty line is one", `echo; echo x`, []string{"stdout: ", "stdout: x"}, 0},
		{"a build that fails has its code", `echo no; exit 3`, []string{"stdout: no"}, 3},
		{"a build that a signal ends has the code that shells say", `kill -9 $$`, nil, 137},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			lines, err := shell(t.Context(), t.TempDir(), row.script)
			var failed *BuildError
			if errors.As(err, &failed) != (row.code != 0) || err != nil && failed.Code != row.code {
				t.Fatalf("error: %v", err)
			}
			if !slices.Equal(lines, row.lines) {
				t.Fatalf("lines: %q", lines)
			}
		})
	}
}

func TestABuildErrorHasTheLastLines(t *testing.T) {
	_, err := shell(t.Context(), t.TempDir(), `i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done; exit 1`)
	var failed *BuildError
	if !errors.As(err, &failed) || len(failed.Lines) != lastLines || failed.Lines[0] != "31" || failed.Lines[19] != "50" {
		t.Fatalf("%+v", failed)
	}
	if want := "building orders: sh -c "; !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("%q does not begin with %q", err, want)
	}
}

func TestALineWithoutEndIsCut(t *testing.T) {
	lines, err := shell(t.Context(), t.TempDir(), fmt.Sprintf(`head -c %d /dev/zero | tr '\0' x`, maxLine+10))
	if err != nil || len(lines) != 2 || len(lines[0]) != len("stdout: ")+maxLine || lines[1] != "stdout: xxxxxxxxxx" {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
}

func TestABuildRunsInItsFolderWithItsEnvironment(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, "tools/compile", "#!/bin/sh\necho \"$WHAT in $PWD\"\n", 0o700)
	spec := BuildSpec{Service: "orders", Dir: dir, Argv: []string{"compile"}, Env: []string{"PATH=tools", "WHAT=all", "PWD=" + dir}}
	var lines []string
	if err := Build(t.Context(), spec, func(_ string, line []byte) { lines = append(lines, string(line)) }); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 || lines[0] != "all in "+dir {
		t.Fatalf("%q", lines)
	}
	spec.Argv = []string{"compyle"}
	var missing diag.Diagnostic
	if err := Build(t.Context(), spec, nil); !errors.As(err, &missing) || missing.Code != diag.ProgramMissing {
		t.Fatalf("a missing program: %v", err)
	}
}

// held is a named pipe: reading it ends when no process is left that has it open for writing.
func held(t *testing.T, dir string) (end func()) {
	t.Helper()
	path := filepath.Join(dir, "held")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	opened := make(chan *os.File, 1)
	go func() {
		f, err := os.Open(path) // waits for the one who writes
		if err != nil {
			t.Error(err)
		}
		opened <- f
	}()
	return func() {
		t.Helper()
		f := <-opened
		defer func() { _ = f.Close() }()
		if err := f.SetReadDeadline(time.Now().Add(within)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(f); err != nil {
			t.Fatalf("something of the build lives on: %v", err)
		}
	}
}

func TestABuildThatIsGivenUpEndsWithItsWholeGroup(t *testing.T) {
	dir := t.TempDir()
	ended := held(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	newer := errors.New("its sources changed again")
	spec := BuildSpec{Service: "orders", Dir: dir, Argv: []string{"sh", "-c", "exec 9>held; sleep 300 & echo started; wait"}, Env: os.Environ()}
	err := Build(ctx, spec, func(string, []byte) { cancel(newer) })
	if !errors.Is(err, newer) || !strings.HasPrefix(err.Error(), "building orders: ") {
		t.Fatalf("error: %v", err)
	}
	ended()
}

func TestWhatABuildLeavesBehindEnds(t *testing.T) {
	dir := t.TempDir()
	ended := held(t, dir)
	if lines, err := shell(t.Context(), dir, "exec 9>held; sleep 300 & echo done"); err != nil || !slices.Equal(lines, []string{"stdout: done"}) {
		t.Fatalf("%q, %v", lines, err)
	}
	ended()
}
