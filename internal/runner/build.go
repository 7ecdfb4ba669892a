package runner

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// BuildSpec says what to build and how.
type BuildSpec struct {
	Service string
	// Dir is the absolute folder to build in; Env the whole environment, of which PATH finds the program.
	Dir  string
	Argv []string
	Env  []string
}

// BuildError is a build that ended with an error.
type BuildError struct {
	Service string
	Argv    []string
	// Code is the exit code, or 128 and the signal's number.
	Code int
	// Lines are the last lines of output, at most 20.
	Lines []string
}

// Error is one line; Lines say more.
func (e *BuildError) Error() string {
	return fmt.Sprintf("building %s: %s ended with code %d", e.Service, strings.Join(e.Argv, " "), e.Code)
}

const (
	lastLines = 20
	// maxLine is where a longer line is cut.
	maxLine = 64 << 10
	// buildDrain is how long output may follow the end of the command, from what it left behind.
	buildDrain = 2 * time.Second
)

// Build runs a build command in a process group of its own and gives output each line, without its end; the calls do
// not overlap and line is valid during the call only. When ctx ends the whole group is killed and the error is ctx's. A build that fails is a
// *BuildError; a program that is missing a diag.Diagnostic.
func Build(ctx context.Context, spec BuildSpec, output func(stream string, line []byte)) error {
	program, err := Locate(spec.Dir, spec.Argv, variable(spec.Env, "PATH"))
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, spec.Argv[1:]...)
	command.Args[0] = spec.Argv[0]
	command.Dir, command.Env, command.WaitDelay = spec.Dir, spec.Env, buildDrain
	groupOfItsOwn(command)
	sink := &buildSink{output: output}
	stdout, stderr := sink.stream("stdout"), sink.stream("stderr")
	command.Stdout, command.Stderr = stdout, stderr
	err = command.Run()
	stdout.flush()
	stderr.flush()
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("building %s: %w", spec.Service, context.Cause(ctx))
	case errors.As(err, &failed):
		killGroup(command)
		return &BuildError{spec.Service, spec.Argv, exitCode(failed.ProcessState), sink.last}
	case errors.Is(err, exec.ErrWaitDelay): // it ended well, and left something that still writes
		killGroup(command)
		return nil
	case err != nil:
		return fmt.Errorf("building %s: %w", spec.Service, err)
	}
	return nil
}

// variable finds a variable of an environment.
func variable(environment []string, name string) string {
	for _, v := range environment {
		if value, is := strings.CutPrefix(v, name+"="); is {
			return value
		}
	}
	return ""
}

// buildSink joins the lines of both streams, one at a time.
type buildSink struct {
	output func(string, []byte)
	last   []string
	mu     struct{ sync.Mutex }
}

func (s *buildSink) line(stream string, line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = append(s.last, string(line))
	if len(s.last) > lastLines {
		s.last = s.last[1:]
	}
	if s.output != nil {
		s.output(stream, line)
	}
}

func (s *buildSink) stream(name string) *lineWriter {
	return &lineWriter{emit: func(line []byte) { s.line(name, line) }}
}

// lineWriter cuts what is written into lines.
type lineWriter struct {
	emit func([]byte)
	rest []byte
}

var _ io.Writer = (*lineWriter)(nil)

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		advance, line, err := bufio.ScanLines(w.rest, false)
		if err != nil || advance == 0 {
			break
		}
		w.emit(line)
		w.rest = w.rest[advance:]
	}
	for len(w.rest) > maxLine {
		w.emit(w.rest[:maxLine])
		w.rest = w.rest[maxLine:]
	}
	return len(p), nil
}

func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.emit(w.rest)
		w.rest = nil
	}
}
