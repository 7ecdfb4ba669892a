//go:build linux || darwin

package keeper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

// keeper is the state of the process. It belongs to the goroutine of Run: all others post functions to it, and none of
// them waits for a peer.
type keeper struct {
	options   Options
	since     time.Time
	forker    *forker
	spool     *spool
	inbox     chan func()
	ended     chan struct{}
	all       sync.WaitGroup
	report    *report
	children  map[string]*child
	byPID     map[int]*child
	listeners map[string]*held
	control   control
	// former are the control processes, by pid, that another one took over from and that answer what they had begun; handing is under
	// way until the newest one is ready.
	former  map[int]*link
	handing *handing
	// retiring says that the run ends in order, ending that nothing may be started any more.
	retiring, ending bool
	// farewells are answered when everything has ended.
	farewells []func()
	failure   error
}

// Run is the keeper process: it reaps every child of this process and tunes its runtime for a small heap. It returns
// when the control process shut it down, or when the leash ended, ctx ended or SIGTERM came, and everything was
// stopped. Errors for people are diag.Diagnostics: AlreadyRunning, StateUnusable.
func Run(ctx context.Context, o Options) error {
	runtime.GOMAXPROCS(min(2, runtime.GOMAXPROCS(0)))
	debug.SetGCPercent(25)
	if o.Log == nil {
		o.Log = os.Stderr
	}
	told := inheritedReport()
	folder, since, err := take(o)
	if err != nil {
		told.fail(err)
		return err
	}
	k := &keeper{
		options: o, since: since, forker: newForker(), spool: newSpool(), report: told,
		inbox: make(chan func()), ended: make(chan struct{}),
		children: map[string]*child{}, byPID: map[int]*child{}, listeners: map[string]*held{}, former: map[int]*link{},
	}
	err = k.run(ctx)
	told.fail(err)
	return errors.Join(err, removeRecord(o.Dir), folder.Close())
}

// take makes the folder ours, ends what a dead keeper left in it, and checks that the record can be written.
func take(o Options) (*os.File, time.Time, error) {
	since := time.Now()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, since, unusable(o.Dir, err)
	}
	held, err := lock(o.Dir, false)
	if err != nil {
		return nil, since, err
	}
	err = sign(held, since)
	if err == nil {
		_, err = sweep(o.Dir, "")
	}
	if err == nil {
		err = record{Version: recordVersion, Run: o.Run, Since: since, Keeper: identify(os.Getpid())}.write(o.Dir)
	}
	if err != nil {
		return nil, since, errors.Join(unusable(o.Dir, err), held.Close())
	}
	return held, since, nil
}

func (k *keeper) run(ctx context.Context) error {
	if err := adoptOrphans(); err != nil {
		return err
	}
	heard := newSignals()
	defer heard.stop()
	k.all.Go(func() { k.listen(ctx, heard) })
	k.holdLeash()
	if err := k.startControl(); err != nil {
		k.failure = err
		k.end()
	}
	for !k.finished() {
		do := <-k.inbox
		do()
	}
	close(k.ended)
	k.closeListeners()
	k.forker.close()
	k.all.Wait()
	return k.failure
}

// post has do run on the keeper's goroutine; it is dropped once the keeper ended.
func (k *keeper) post(do func()) {
	select {
	case k.inbox <- do:
	case <-k.ended:
	}
}

// after posts do later.
func (k *keeper) after(d time.Duration, do func()) {
	time.AfterFunc(d, func() { k.post(do) })
}

// signals have a channel each, for one that is full loses what comes: many ended children must not hide the wish to end.
type signals struct{ children, end, dropped chan os.Signal }

func newSignals() signals {
	s := signals{make(chan os.Signal, 1), make(chan os.Signal, 1), make(chan os.Signal, 1)}
	signal.Notify(s.children, syscall.SIGCHLD)
	signal.Notify(s.end, syscall.SIGTERM)
	// SIGINT and SIGHUP are taken and dropped, not ignored: children would inherit that.
	signal.Notify(s.dropped, syscall.SIGINT, syscall.SIGHUP)
	return s
}

func (s signals) stop() {
	for _, c := range []chan os.Signal{s.children, s.end, s.dropped} {
		signal.Stop(c)
	}
}

func (k *keeper) listen(ctx context.Context, heard signals) {
	done := ctx.Done()
	for {
		select {
		case <-heard.children:
			k.post(k.reap)
		case <-heard.end:
			k.post(k.retire)
		case <-done:
			done = nil
			k.post(k.retire)
		case <-k.ended:
			return
		}
	}
}

func (k *keeper) holdLeash() {
	leash := k.options.Leash
	if leash == nil {
		leash = inheritedLeash()
	}
	if leash == nil {
		return
	}
	k.all.Go(func() {
		var b [64]byte
		for {
			if _, err := leash.Read(b[:]); err != nil {
				break
			}
		}
		k.post(k.retire)
	})
	k.all.Go(func() { <-k.ended; _ = leash.Close() })
}

// reap collects every process that ended: ours, and those that were left to us.
func (k *keeper) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil || pid <= 0:
			return
		case pid == k.control.pid:
			k.controlEnded(exitOf(status))
		case k.former[pid] != nil:
			k.former[pid].end()
			delete(k.former, pid)
		case k.byPID[pid] != nil:
			k.leaderEnded(k.byPID[pid], exitOf(status))
		}
	}
}

// retire asks the control process to end the run in order; what it does not manage in time the keeper ends itself.
func (k *keeper) retire() {
	if k.retiring || k.ending {
		return
	}
	k.retiring = true
	if k.control.pid == 0 || syscall.Kill(k.control.pid, syscall.SIGTERM) != nil {
		k.end()
		return
	}
	k.after(retireWithin, k.end)
}

// end stops all children at once, each with its own grace.
func (k *keeper) end() {
	if k.ending {
		return
	}
	k.ending = true
	k.signalFormer(syscall.SIGTERM)
	for _, c := range k.children {
		k.stop(c, c.grace, nil)
	}
	k.checkEnd()
}

// checkEnd answers who waits for the end, and sees to it that the control process ends too.
func (k *keeper) checkEnd() {
	if !k.ending || len(k.byKeyRunning()) > 0 {
		return
	}
	for _, answer := range k.farewells {
		answer()
	}
	k.farewells = nil
	if !k.control.dismissed {
		k.control.dismissed = true
		k.after(farewell, func() { k.killControl() })
	}
}

func (k *keeper) finished() bool {
	return k.ending && k.control.pid == 0 && len(k.former) == 0 && len(k.byKeyRunning()) == 0
}

func (k *keeper) log(format string, args ...any) {
	fmt.Fprintf(k.options.Log, "%s keeper: %s\n", time.Now().Format(time.RFC3339Nano), fmt.Sprintf(format, args...))
}

// remember writes the record. A full disk must not stop services: their marks still find them.
func (k *keeper) remember() {
	r := record{Version: recordVersion, Run: k.options.Run, Since: k.since, Keeper: identify(os.Getpid()), Control: identify(k.control.pid)}
	for _, c := range k.byKeyRunning() {
		r.Groups = append(r.Groups, group{c.Key, c.who})
	}
	if err := r.write(k.options.Dir); err != nil {
		k.log("%v", err)
	}
}
