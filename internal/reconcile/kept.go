package reconcile

import (
	"cmp"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/rollout"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// kept is one service.
type kept struct {
	name string
	// app and service are what the newest graph says, spec the hash of what instances are started from.
	app     *graph.App
	service *graph.Service
	spec    string
	// current is what instances are started from; nil until its artifact is known. It stays while a build fails.
	current *version
	memory  *memory
	need    need
	job     *job
	// problem is that of its build.
	problem *supervise.Problem
	builtIn time.Duration
	cached  bool
	// why is the newest reason for what is done to its instances.
	why     string
	removal *removal
	// because is why the service is in the set, or why it is not; away is what callers are told then, empty when it is in it. left is what
	// it waits for that left the set while it ran.
	because []subset.Reason
	away    string
	left    *removal
	storm   storm
	sequel  sequel
	// drain is how long requests of the graph before may take: those that were sent under it are still open.
	drain time.Duration
}

// version is what instances are started from. It is immutable.
type version struct {
	app     *graph.App
	service *graph.Service
	spec    string
	release string
}

// need says that the sources are to be looked at.
type need struct {
	pending bool
	why     string
	// at is the line that it follows from, nowhere when none does.
	at diag.Position
	// again replaces every instance even if nothing changed; force builds even if nothing seems to have.
	again, force bool
	// quiet leaves the phase as it is until a build is really needed.
	quiet     bool
	notBefore time.Time
}

// removal is what a service that is no longer in the graph waits for: its callers of the old graph, each with whether it
// stood behind it in the order. In a cycle the one that stands later ends first.
type removal struct{ callers map[string]bool }

// want asks for a look at the sources; what is asked for twice is done once.
func (k *kept) want(n need) {
	n.pending = true
	if k.need.pending {
		n.again, n.force, n.quiet = n.again || k.need.again, n.force || k.need.force, n.quiet && k.need.quiet
	}
	k.need = n
	k.memory.Within.Pending, k.memory.Within.Again = n.why, n.again
}

// count is how many instances are wanted, whatever keeps them from running.
func (k *kept) count() int {
	switch within := k.memory.Within; {
	case k.removal != nil || k.away != "" || within.Stopped || !k.service.Runs():
		return 0
	case within.Debug != nil && (within.Scale == nil || *within.Scale > 0):
		return 1
	case within.Scale != nil:
		return *within.Scale
	}
	return k.service.Replicas.Count
}

// mark is that of current instances.
func (k *kept) mark() rollout.Mark {
	if k.current == nil {
		return rollout.Mark{}
	}
	return rollout.Mark{Release: k.current.release, Generation: k.memory.Within.Generation}
}

// pending tells whether instances of what is current now are to be replaced, though there may be nothing yet to replace
// them with.
func (k *kept) pending() bool {
	return k.need.pending || k.job != nil || k.current == nil || k.current.spec != k.spec
}

// rolled tells whether nothing is left of any earlier graph. All instances of what was removed are of one.
func (l *loop) rolled(k *kept) bool {
	if k.removal != nil {
		return len(l.statuses[k.name]) == 0
	}
	for _, s := range l.statuses[k.name] {
		if k.pending() || (rollout.Mark{Release: s.Release, Generation: s.Generation}) != k.mark() {
			return false
		}
	}
	return true
}

// begin takes up the graph and what was kept, and makes the first pass.
func (l *loop) begin() uint64 {
	l.record = readRecord(l.means)
	if l.record.Down {
		l.down = make(chan struct{})
	}
	l.observe()
	for _, s := range l.app.Services {
		l.kept[s.Name] = l.resume(s)
	}
	for name := range l.statuses {
		if l.kept[name] == nil {
			l.kept[name] = l.orphan(name)
		}
	}
	l.arrange()
	l.first()
	return l.pass()
}

// resume is a service as it was left: its instances are current as long as they were started from the same specification.
func (l *loop) resume(s *graph.Service) *kept {
	k := &kept{name: s.Name, app: l.app, service: s, spec: specHash(l.app, s), memory: l.record.of(s.Name), why: "banyan up"}
	past := &k.memory.Within
	there := l.statuses[s.Name]
	for _, i := range there {
		past.Generation = max(past.Generation, i.Generation)
	}
	if past.Current != "" && past.Spec == k.spec && len(there) > 0 {
		k.current = &version{l.app, s, k.spec, past.Current}
	}
	if k.current == nil || past.Pending != "" {
		k.want(need{why: cmp.Or(past.Pending, k.why), again: past.Again})
	}
	return k
}

// orphan is a service that the graph does not have though it runs: it was being removed when the last control process ended,
// so it waits for all services.
func (l *loop) orphan(name string) *kept {
	service := &graph.Service{Name: name, Grace: graph.DefaultGrace}
	return &kept{
		name: name, app: l.app, service: service, memory: l.record.of(name), why: gone,
		removal: &removal{everybody(l.app)},
	}
}

func everybody(app *graph.App) map[string]bool {
	callers := map[string]bool{}
	for _, s := range app.Services {
		callers[s.Name] = true
	}
	return callers
}

// arrange puts everything in order.
func (l *loop) arrange() {
	l.order = nil
	for _, s := range l.app.Order() {
		l.order = append(l.order, l.kept[s.Name])
	}
	for _, k := range byName(l.kept) {
		if k.removal != nil {
			l.order = append(l.order, k)
		}
	}
}
