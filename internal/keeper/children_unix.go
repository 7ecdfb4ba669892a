//go:build linux || darwin

package keeper

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// child is what the keeper knows of an instance.
type child struct {
	Child
	// who is the leader, by number and start.
	who   identity
	grace time.Duration
	// mark is the variable that its descendants carry, those that left its group included; empty when unknown.
	mark    string
	pipes   []*os.File
	reading int
	// stopping says that its end was asked for; after deadline what is left is killed.
	stopping bool
	deadline time.Time
	// exit is the leader's; it is published as Exited when nothing is left.
	exit   *Exit
	killed time.Time
	// strays left the group and were killed; they are looked for from sweep on, and swept is when none was left.
	strays  []int
	sweep   time.Time
	swept   time.Time
	ticking bool
	waiters []func(Exit)
}

const (
	settleTick = 10 * time.Millisecond
	// killPatience is how long a killed group may take to vanish, drainPatience how long a pipe may stay open after that.
	killPatience  = time.Second
	drainPatience = 250 * time.Millisecond
)

func (k *keeper) start(s Spec) (*child, error) {
	if k.ending {
		return nil, fmt.Errorf("starting %s: %w", s.Key, ErrEnding)
	}
	if old := k.children[s.Key]; old != nil && old.Exited == nil {
		return nil, fmt.Errorf("starting %s: %w", s.Key, ErrRunning)
	}
	if len(s.Argv) == 0 {
		return nil, fmt.Errorf("starting %s: %w", s.Key, syscall.ENOENT)
	}
	if at, err := os.Stat(s.Dir); s.Dir != "" && (err != nil || !at.IsDir()) {
		return nil, fmt.Errorf("starting %s in %s: %w", s.Key, s.Dir, ErrNoDir)
	}
	c := &child{Child: Child{Key: s.Key, Argv: s.Argv, Started: time.Now(), Meta: s.Meta}, grace: cmp.Or(s.Grace, defaultGrace)}
	if err := k.fork(c, s); err != nil {
		return nil, fmt.Errorf("starting %s: %s: %w", s.Key, s.Argv[0], err)
	}
	k.children[c.Key], k.byPID[c.PID] = c, c
	k.remember()
	return c, nil
}

func (k *keeper) fork(c *child, s Spec) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	files := []uintptr{null.Fd()}
	defer func() {
		for _, descriptor := range files[1:] {
			_ = syscall.Close(int(descriptor))
		}
	}()
	for range 2 {
		r, w, err := newPipe()
		if err != nil {
			closeAll(c.pipes)
			return err
		}
		c.pipes, files = append(c.pipes, r), append(files, uintptr(w))
	}
	environment := markEnvironment(s.Env, k.options.Run)
	c.mark = instanceMark(environment)
	pid, err := k.forker.fork(program(s.Argv[0], s.Dir, environment), s.Argv,
		&syscall.ProcAttr{Dir: s.Dir, Env: environment, Files: files, Sys: groupOfItsOwn()})
	if err != nil {
		closeAll(c.pipes)
		return err
	}
	c.PID = pid
	start, _ := startOf(pid)
	c.who = identity{pid, start}
	c.reading = len(c.pipes)
	for i, stream := range []string{Stdout, Stderr} {
		k.all.Go(func() { k.drain(c, stream, c.pipes[i]) })
	}
	return nil
}

// drain reads a pipe at all times, so that a child never waits for a reader.
func (k *keeper) drain(c *child, stream string, pipe *os.File) {
	buffer := make([]byte, piece)
	for {
		n, err := pipe.Read(buffer)
		if n > 0 {
			k.spool.add(c.Key, stream, buffer[:n], time.Now())
		}
		if err != nil {
			break
		}
	}
	_ = pipe.Close()
	k.post(func() { c.reading--; k.settle(c) })
}

// stop has the child end within grace; done is called when it has, at once when it already had.
func (k *keeper) stop(c *child, grace time.Duration, done func(Exit)) {
	if c.Exited != nil {
		if done != nil {
			done(*c.Exited)
		}
		return
	}
	if done != nil {
		c.waiters = append(c.waiters, done)
	}
	deadline := time.Now().Add(grace)
	if !c.stopping {
		c.stopping, c.deadline = true, deadline
		_ = syscall.Kill(-c.PID, syscall.SIGTERM)
	} else if deadline.Before(c.deadline) {
		c.deadline = deadline
	}
	k.settle(c)
}

func (k *keeper) leaderEnded(c *child, exit Exit) {
	delete(k.byPID, c.PID)
	c.exit = &exit
	k.settle(c)
}

// settle brings a child that ends nearer to its end: its group first, then what left the group, then its pipes.
func (k *keeper) settle(c *child) {
	now := time.Now()
	if c.Exited != nil || (c.exit == nil && !c.stopping) {
		return
	}
	left := c.exit == nil || groupLives(c.PID)
	if left && c.killed.IsZero() && (!c.stopping || !now.Before(c.deadline)) {
		_ = syscall.Kill(-c.PID, syscall.SIGKILL)
		c.killed = now
	}
	if c.exit == nil || (left && (c.killed.IsZero() || now.Sub(c.killed) < killPatience)) {
		k.settleLater(c)
		return
	}
	if !k.sweptChild(c, now) {
		k.settleLater(c)
		return
	}
	if c.reading > 0 && now.Sub(c.swept) < drainPatience {
		k.settleLater(c)
		return
	}
	k.publish(c)
}

func (k *keeper) settleLater(c *child) {
	if c.ticking {
		return
	}
	c.ticking = true
	k.after(settleTick, func() { c.ticking = false; k.settle(c) })
}

// sweptChild kills descendants that left the child's group, which are found by the marks that a daemon inherits too, and tells
// whether none is left: one may fork while it is looked for, and a killed one takes a moment to end.
func (k *keeper) sweptChild(c *child, now time.Time) bool {
	if !c.swept.IsZero() {
		return true
	}
	if c.sweep.IsZero() {
		c.sweep = now
	}
	if c.mark != "" {
		found := marked(Mark+"="+k.options.Run, c.mark)
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		c.strays = living(append(c.strays, found...))
	}
	if len(c.strays) > 0 && now.Sub(c.sweep) < killPatience {
		return false
	}
	c.swept = now
	return true
}

func (k *keeper) publish(c *child) {
	closeAll(c.pipes)
	c.exit.Forced = c.stopping && !c.killed.IsZero()
	c.Exited = c.exit
	k.tell(message{Op: opExit, Key: c.Key, PID: c.PID, Exit: c.Exited, Seq: k.spool.last(c.Key)})
	for _, done := range c.waiters {
		done(*c.Exited)
	}
	c.waiters = nil
	k.remember()
	k.checkEnd()
}

// byKeyRunning are the children of which something may be left, by key.
func (k *keeper) byKeyRunning() []*child {
	var all []*child
	for _, c := range k.children {
		if c.Exited == nil {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *child) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// groupLives tells whether a process group has a member. Zombies of others count on Linux until they are reaped, which we
// do; macOS refuses to signal a group of zombies with EPERM.
func groupLives(group int) bool {
	return syscall.Kill(-group, 0) == nil
}

func exitOf(status syscall.WaitStatus) Exit {
	e := Exit{Code: status.ExitStatus(), At: time.Now()}
	if status.Signaled() {
		e.Code, e.Signal, e.Core = 128+int(status.Signal()), unix.SignalName(status.Signal()), status.CoreDump()
	}
	return e
}

// newPipe returns a read end that the runtime polls, and a write end that blocks: a child's streams must not be
// non-blocking, which the two ends do not share.
func newPipe() (*os.File, int, error) {
	var ends [2]int
	syscall.ForkLock.RLock()
	err := syscall.Pipe(ends[:])
	if err == nil {
		syscall.CloseOnExec(ends[0])
		syscall.CloseOnExec(ends[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, 0, fmt.Errorf("making a pipe: %w", err)
	}
	if err := syscall.SetNonblock(ends[0], true); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("making a pipe: %w", err), syscall.Close(ends[0]), syscall.Close(ends[1]))
	}
	return os.NewFile(uintptr(ends[0]), "pipe"), ends[1], nil
}

func markEnvironment(environment []string, run string) []string {
	if slices.ContainsFunc(environment, func(v string) bool { return strings.HasPrefix(v, Mark+"=") }) {
		return environment
	}
	return append(slices.Clone(environment), Mark+"="+run)
}

func instanceMark(environment []string) string {
	for _, v := range environment {
		if strings.HasPrefix(v, markInstance+"=") {
			return v
		}
	}
	return ""
}

// program finds a bare name in the PATH that the child is given; anything else is taken as it stands.
func program(name, dir string, environment []string) string {
	if strings.Contains(name, "/") {
		return name
	}
	for _, v := range environment {
		path, is := strings.CutPrefix(v, "PATH=")
		for _, folder := range filepath.SplitList(path) {
			if !is {
				break
			}
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(dir, folder)
			}
			candidate := filepath.Join(folder, name)
			if unix.Access(candidate, unix.X_OK) == nil {
				return candidate
			}
		}
	}
	return name
}
