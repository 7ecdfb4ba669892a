package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// ExitCode is how a command ended: its exit code, or 128 and the signal's number.
func ExitCode(state *os.ProcessState) int { return exitCode(state) }

// OneOff is a command that is run once and ends by itself.
type OneOff struct {
	// Dir is the absolute folder to start it in; Env the whole environment, of which PATH finds the program.
	Dir  string
	Argv []string
	Env  []string
	// Files are open in the command too, from descriptor 3 on; Windows has no such thing.
	Files []*os.File
	// Grace lies between SIGTERM and SIGKILL of its group when ctx ends.
	Grace time.Duration
}

// Ended is how a command ended: its exit code, or 128 and the signal's number, and its last lines, at most 20.
type Ended struct {
	Code  int
	Lines []string
}

// Run runs a command in a process group of its own and gives output each line, as Build does. The error is ctx's when ctx ended the
// command; a program that is missing is a diag.Diagnostic. What the command leaves behind is killed.
func Run(ctx context.Context, o OneOff, output func(stream string, line []byte)) (Ended, error) {
	program, err := Locate(o.Dir, o.Argv, variable(o.Env, "PATH"))
	if err != nil {
		return Ended{}, err
	}
	if ctx.Err() != nil {
		return Ended{}, context.Cause(ctx)
	}
	command := exec.Command(program, o.Argv[1:]...)
	command.Args[0] = o.Argv[0]
	command.Dir, command.Env, command.WaitDelay, command.ExtraFiles = o.Dir, o.Env, buildDrain, o.Files
	groupOfItsOwn(command)
	command.Cancel = nil // it is asked before it is killed
	sink := &buildSink{output: output}
	stdout, stderr := sink.stream("stdout"), sink.stream("stderr")
	command.Stdout, command.Stderr = stdout, stderr
	err = command.Start()
	interrupted := false
	if err == nil {
		interrupted, err = attended(ctx, command, o.Grace)
	}
	stdout.flush()
	stderr.flush()
	ended := Ended{Lines: sink.last}
	if command.ProcessState != nil {
		killGroup(command)
		ended.Code = exitCode(command.ProcessState)
	}
	var failed *exec.ExitError
	switch {
	case interrupted:
		return ended, context.Cause(ctx)
	case err == nil, errors.As(err, &failed), errors.Is(err, exec.ErrWaitDelay):
		return ended, nil
	}
	return ended, fmt.Errorf("running %s: %w", o.Argv[0], err)
}

// attended waits for a command; when ctx ends it is asked to end, which makes it interrupted, and killed with its group after grace.
func attended(ctx context.Context, command *exec.Cmd, grace time.Duration) (interrupted bool, err error) {
	over, left := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(left)
		ask(command)
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-over:
		case <-timer.C:
			killGroup(command)
		}
	})
	err = command.Wait()
	close(over)
	if !stop() {
		<-left
		return true, err
	}
	return false, err
}
