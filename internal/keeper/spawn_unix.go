//go:build linux || darwin

package keeper

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Spawn starts a keeper in a session of its own, so that the terminal's signals and its end do not reach it, and
// returns when the control process has attached. Errors for people are diag.Diagnostics: AlreadyRunning, StateUnusable.
func Spawn(o SpawnOptions) (*Process, error) {
	log, err := openLog(o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	hear, tell, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	defer func() { _ = hear.Close() }()
	command := &exec.Cmd{
		Path: o.Executable, Args: append([]string{o.Executable}, o.Args...), Dir: o.Dir, Env: o.Env,
		Stdout: log, Stderr: log, SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if command.Env == nil {
		command.Env = os.Environ()
	}
	pass(command, reportVariable, tell)
	p := &Process{done: make(chan struct{})}
	if err := p.start(command, o.Leash); err != nil {
		return nil, errors.Join(err, tell.Close())
	}
	if err := tell.Close(); err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	return p, p.await(hear, cmp.Or(o.Within, spawnWithin), o.Log)
}

// pass leaves f open in the command and says so in its environment.
func pass(command *exec.Cmd, variable string, f *os.File) {
	command.ExtraFiles = append(command.ExtraFiles, f)
	command.Env = append(command.Env, variable+"="+strconv.Itoa(2+len(command.ExtraFiles)))
}

func (p *Process) start(command *exec.Cmd, leash bool) error {
	if leash {
		end, ours, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("starting the keeper: %w", err)
		}
		defer func() { _ = end.Close() }()
		pass(command, leashVariable, end)
		p.leash = ours
	}
	if err := command.Start(); err != nil {
		return errors.Join(fmt.Errorf("starting the keeper: %w", err), p.Release())
	}
	p.PID = command.Process.Pid
	go func() { // ends with the keeper; a spawner that ends before leaves the keeper to init
		_ = command.Wait()
		close(p.done)
	}()
	return nil
}

// await hears the report of the keeper.
func (p *Process) await(hear *os.File, within time.Duration, log string) error {
	if err := hear.SetReadDeadline(time.Now().Add(within)); err != nil {
		return fmt.Errorf("waiting for the keeper: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(hear, 64<<10))
	var n news
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.Join(fmt.Errorf("waiting for the control process for %s: %w; see %s", within, err, log), p.kill())
	case err != nil:
		return errors.Join(fmt.Errorf("waiting for the keeper: %w", err), p.kill())
	case json.Unmarshal(b, &n) != nil:
		return fmt.Errorf("the keeper ended before it was ready; see %s", log)
	case n.Diagnostic != nil:
		return *n.Diagnostic
	case n.Error != "":
		return fmt.Errorf("%s; see %s", n.Error, log)
	}
	return nil
}

// kill asks a keeper that did not become ready to end.
func (p *Process) kill() error {
	if err := syscall.Kill(p.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("ending the keeper: %w", err)
	}
	return p.Release()
}

func openLog(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unusable(dir, err)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if at, err := os.Stat(path); err == nil && at.Size() > logLimit {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, unusable(dir, err)
	}
	return f, nil
}
