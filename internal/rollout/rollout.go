package rollout

import (
	"cmp"
	"slices"
)

// Desired is what a service shall be.
type Desired struct {
	// Count is how many ready instances are wanted.
	Count int
	Mark  Mark
	// Hold keeps every ready instance, wanted or not: a reload drains what is old only after it swapped.
	Hold bool
	// Alone lets every instance of another mark go before a new one comes: they hold what it needs, such as a fixed port.
	Alone bool
}

// Mark says what an instance was started from. One whose mark differs from the desired one is replaced.
type Mark struct {
	Release string
	// Generation grows when the operator asks for a restart of the same release.
	Generation int
}

// State is where an instance stands.
type State string

// A Waiting instance ended and is started again later by whoever keeps it; it counts as present.
const (
	Starting State = "starting"
	Ready    State = "ready"
	Unready  State = "unready"
	Waiting  State = "waiting"
	Draining State = "draining"
)

// Observed is one instance that is there.
type Observed struct {
	Number int
	Mark   Mark
	State  State
}

// Action is what to do with an instance.
type Action string

// A stop drains first.
const (
	Start Action = "start"
	Stop  Action = "stop"
)

// Step is one thing to do.
type Step struct {
	Action Action
	Number int
	Mark   Mark
	// Why is for the journal.
	Why string
}

// Next returns the steps that bring observed nearer to desired: missing instances are started, surplus ones stopped,
// old ones replaced one by one, a new one becoming ready before an old one goes. Steps never take the last
// desired.Count ready instances away, nor make more than desired.Count+1 that are not draining (or what there was before).
// Where desired is Alone, what is old goes first, ready or not. Calling it again with its own steps applied returns what is left, and
// nothing at last.
func Next(desired Desired, observed []Observed) []Step {
	v := newView(desired, observed)
	return append(v.stops(), v.starts()...)
}

// view is the instances that are not on their way out, those to keep first.
type view struct {
	desired  Desired
	kept     []Observed
	stopped  map[int]bool
	ready    int
	draining int
	taken    map[int]bool
}

func newView(desired Desired, observed []Observed) *view {
	v := &view{desired: desired, stopped: map[int]bool{}, taken: map[int]bool{}}
	for _, o := range observed {
		v.taken[o.Number] = true
		if o.State == Draining {
			v.draining++
			continue
		}
		v.kept = append(v.kept, o)
		if o.State == Ready {
			v.ready++
		}
	}
	slices.SortFunc(v.kept, func(a, b Observed) int {
		return cmp.Or(rank(a, desired)-rank(b, desired), cmp.Compare(a.Number, b.Number))
	})
	return v
}

// rank orders by worth: what is current and serves first, what is old and does not serve last.
func rank(o Observed, desired Desired) int {
	worth := map[State]int{Ready: 0, Starting: 1, Unready: 2, Waiting: 3}[o.State]
	if o.Mark != desired.Mark {
		worth += 4
	}
	return worth
}

// stops are old and surplus instances that nobody will miss, the least worth first. While old ones are left, one that is
// current and still starting is what they wait for, however many there are in all.
func (v *view) stops() []Step {
	current := v.current()
	var steps []Step
	for i := len(v.kept) - 1; i >= 0; i-- {
		o := v.kept[i]
		old := o.Mark != v.desired.Mark
		if !old && current <= v.desired.Count || !v.spare(o, old) {
			continue
		}
		if !old {
			current--
		}
		if o.State == Ready {
			v.ready--
			v.draining++ // one that never served drains nothing, and need not be waited for
		}
		v.stopped[o.Number] = true
		steps = append(steps, Step{Stop, o.Number, o.Mark, v.why(old)})
	}
	return steps
}

// current counts those of the desired mark.
func (v *view) current() int {
	n := 0
	for _, o := range v.kept {
		if o.Mark == v.desired.Mark {
			n++
		}
	}
	return n
}

// spare tells whether an instance may go: an idle one may, a ready one while enough others are ready, an old one that is in the way.
func (v *view) spare(o Observed, old bool) bool {
	return o.State != Ready || !v.desired.Hold && v.ready > v.desired.Count || v.desired.Alone && old && v.desired.Count > 0
}

func (v *view) why(old bool) string {
	switch {
	case v.desired.Count == 0:
		return "none is wanted"
	case old:
		return "replaced by " + v.desired.Mark.Release
	}
	return "surplus"
}

// starts fill up to the count; while old ones are left, one more, but not before the last one that drains has gone.
func (v *view) starts() []Step {
	current, present := 0, 0
	for _, o := range v.kept {
		if v.stopped[o.Number] {
			continue
		}
		present++
		if o.Mark == v.desired.Mark {
			current++
		}
	}
	if v.desired.Alone && (present > current || len(v.stopped) > 0 || v.draining > 0) {
		return nil // they are to be gone, and not only told to go
	}
	missing := max(0, v.desired.Count-present)
	if current+missing < v.desired.Count && present+missing == v.desired.Count && v.draining == 0 {
		missing++
	}
	var steps []Step
	for range missing {
		n := v.free()
		steps = append(steps, Step{Start, n, v.desired.Mark, "wanted"})
	}
	return steps
}

// free is the lowest number that no instance has, those on their way out included.
func (v *view) free() int {
	for n := 1; ; n++ {
		if !v.taken[n] {
			v.taken[n] = true
			return n
		}
	}
}
