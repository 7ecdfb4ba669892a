package reconcile

import (
	"fmt"
	"reflect"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/rollout"
	"github.com/banyan-run/banyan/internal/supervise"
)

// publish shows how the services are, when that is news.
func (l *loop) publish() {
	all := make([]Service, 0, len(l.order))
	for _, k := range l.order {
		all = append(all, l.view(k))
	}
	if before, version := l.board.Version(); version == 0 || !reflect.DeepEqual(before, all) {
		l.board.Store(all)
	}
}

func (l *loop) view(k *kept) Service {
	s := Service{
		Name: k.name, Desired: k.count(), Generation: k.memory.Within.Generation, BuiltIn: k.builtIn, Cached: k.cached,
		Rolled: l.rolled(k), Removed: k.removal != nil, Instances: l.statuses[k.name],
		Absent: k.away != "", Because: k.because,
	}
	if l.down != nil {
		s.Desired = 0
	}
	if k.current != nil {
		s.Release = k.current.release
	}
	for _, i := range s.Instances {
		if i.State == supervise.Ready && !l.ending[i.ID] {
			s.Ready++
			s.ReadyIn = max(s.ReadyIn, i.ReadyIn)
		}
	}
	s.Phase, s.Doing = l.phase(k, s)
	s.Problem = l.trouble(k, s)
	if s.Problem == nil && s.Phase == Running {
		s.Problem = k.stormy()
	}
	return s
}

// phase is where a service stands, and what it waits for.
func (l *loop) phase(k *kept, s Service) (Phase, string) {
	switch {
	case s.Desired == 0:
		return l.stopping(k, s)
	case k.job != nil && k.job.building:
		return Building, "is built"
	case k.job != nil && k.job.queued:
		return Waiting, "waits for its build"
	case k.job != nil && k.job.hook != "":
		return Waiting, "runs " + k.job.hook + " first"
	case l.stuck(k) != nil:
		return Failed, l.awaited(k)
	case k.job != nil && k.job.waits != "":
		return Waiting, l.awaited(k)
	case k.job != nil && !k.job.need.quiet, k.need.pending && !k.need.quiet:
		return Waiting, waitsFor(k)
	case k.problem != nil, k.sequel.problem != nil, l.broken(s):
		return Failed, serving(s)
	case k.sequel.task != "":
		return Starting, "is ready, and runs " + k.sequel.task
	case l.fresh(k) >= s.Desired && len(s.Instances)-l.leaving(s) <= s.Desired:
		return Running, ""
	}
	return Starting, l.startingDoing(k, s)
}

func (l *loop) stopping(k *kept, s Service) (Phase, string) {
	switch {
	case len(s.Instances) == 0:
		return Stopped, ""
	case l.down != nil || !l.missed(k):
	case k.removal != nil:
		return Stopping, "is not in the file any more; ends when its callers are replaced"
	default:
		return Stopping, "is not in the set any more; ends when its callers are replaced"
	}
	return Stopping, "finishes what it has"
}

func waitsFor(k *kept) string {
	if len(k.service.Build.Argv) > 0 {
		return "waits for its build"
	}
	return "waits to be started"
}

// serving says what runs of a service that failed.
func serving(s Service) string {
	if s.Ready == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d ready", s.Ready, s.Desired)
}

// broken tells whether an instance failed as a failed service does.
func (l *loop) broken(s Service) bool {
	for _, i := range s.Instances {
		if !l.ending[i.ID] && i.State != supervise.Draining && (i.Looping || i.Problem != nil && grave(i.Problem.Code)) {
			return true
		}
	}
	return false
}

func grave(code diag.Code) bool {
	return code == diag.CrashLoop || code == diag.NotReady || code == diag.ProgramMissing
}

// fresh counts the instances that are ready and current.
func (l *loop) fresh(k *kept) int {
	n := 0
	for _, i := range l.statuses[k.name] {
		if i.State == supervise.Ready && !l.ending[i.ID] && (rollout.Mark{Release: i.Release, Generation: i.Generation}) == k.mark() {
			n++
		}
	}
	return n
}

// leaving counts the instances on their way out.
func (l *loop) leaving(s Service) int {
	n := 0
	for _, i := range s.Instances {
		if l.ending[i.ID] || i.State == supervise.Draining {
			n++
		}
	}
	return n
}

func (l *loop) startingDoing(k *kept, s Service) string {
	for _, i := range s.Instances {
		if i.Problem != nil && !l.ending[i.ID] && i.State != supervise.Ready {
			return i.ID + " is " + string(i.State)
		}
	}
	for _, i := range s.Instances {
		if i.State == supervise.Starting && i.Reason != "" && !l.ending[i.ID] {
			return i.Reason
		}
	}
	if s.Ready >= s.Desired {
		return fmt.Sprintf("%d of %d replaced", min(l.fresh(k), s.Desired), s.Desired)
	}
	return "waits for " + supervise.Awaited(k.service.Health)
}

// trouble is the problem of the build, or that of the worst instance.
func (l *loop) trouble(k *kept, s Service) *supervise.Problem {
	if k.problem != nil {
		return k.problem
	}
	if p := l.stuck(k); p != nil {
		return p
	}
	if k.sequel.problem != nil {
		return k.sequel.problem
	}
	var worst *supervise.Problem
	for _, i := range s.Instances {
		if i.Problem != nil && !l.ending[i.ID] && i.State != supervise.Draining && (worst == nil || severity(i.Problem.Code) > severity(worst.Code)) {
			worst = i.Problem
		}
	}
	return worst
}

func severity(code diag.Code) int {
	order := []diag.Code{diag.BecameUnready, diag.Ended, diag.ExitedEarly, diag.NotReady, diag.ProgramMissing, diag.CrashLoop}
	for i, c := range order {
		if c == code {
			return i
		}
	}
	return -1
}
