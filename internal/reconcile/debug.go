package reconcile

import (
	"fmt"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Debug keeps one instance of a service under its debugger, until Undebug, Restart or Stop, or the run ends. Only one, so that each
// request comes to the breakpoint; and alone, since nobody else may have the debugger's port.
func (r *Reconciler) Debug(service string, s debugger.Session) error {
	return r.each([]string{service}, func(l *loop, k *kept) {
		l.brought([]string{service}, []*kept{k})
		k.unstop()
		if scale := k.memory.Within.Scale; scale != nil && *scale == 0 {
			k.memory.Within.Scale = nil
		}
		k.memory.Within.Debug = &s
		k.want(need{why: operator, again: len(l.statuses[k.name]) > 0})
		l.tellWish(journal.Restart, k, fmt.Sprintf("restarting %s under the debugger of %s, at %s", k.name, s.Language.Title(), s.Address()))
	})
}

// Undebug lets a service run as the file says again.
func (r *Reconciler) Undebug(service string) error {
	return r.each([]string{service}, func(l *loop, k *kept) {
		if k.undebug() {
			k.want(need{why: operator, again: true})
			l.tellWish(journal.Restart, k, "restarting "+k.name+" without its debugger")
		}
	})
}

// undebug ends the session of a service, and tells whether there was one.
func (k *kept) undebug() bool {
	was := k.memory.Within.Debug != nil
	k.memory.Within.Debug = nil
	return was
}

// parted is how long an instance may drain: a request that stands at a breakpoint would never end.
func (l *loop) parted(k *kept, id string, e supervise.Ending) supervise.Ending {
	for _, s := range l.statuses[k.name] {
		if s.ID == id && s.Debug != nil {
			e.Drain = min(e.Drain, leavingDrain)
		}
	}
	return e
}
