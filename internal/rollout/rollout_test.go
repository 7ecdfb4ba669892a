package rollout

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

var (
	was = Mark{Release: "1-aaaa"}
	now = Mark{Release: "2-bbbb"}
)

func one(number int, mark Mark, state State) Observed { return Observed{number, mark, state} }

// brief writes steps as `+3 -1`.
func brief(steps []Step) []string {
	texts := []string{}
	for _, s := range steps {
		sign := map[Action]string{Start: "+", Stop: "-"}[s.Action]
		texts = append(texts, fmt.Sprintf("%s%d", sign, s.Number))
	}
	return texts
}

func TestNext(t *testing.T) {
	for _, row := range []struct {
		says     string
		desired  Desired
		observed []Observed
		want     []string
	}{
		{"nothing is there, so all are started", Desired{Count: 2, Mark: now}, nil, []string{"+1", "+2"}},
		{"all is as desired", Desired{Count: 1, Mark: now}, []Observed{one(1, now, Ready)}, []string{}},
		{"one that starts is waited for", Desired{Count: 1, Mark: now}, []Observed{one(1, now, Starting)}, []string{}},
		{"one that waits for its next try counts as there", Desired{Count: 1, Mark: now}, []Observed{one(1, now, Waiting)}, []string{}},
		{"an old one gets a new one beside it", Desired{Count: 1, Mark: now}, []Observed{one(1, was, Ready)}, []string{"+2"}},
		{"the old one stays while the new one starts", Desired{Count: 1, Mark: now}, []Observed{one(1, was, Ready), one(2, now, Starting)}, []string{}},
		{"the old one stays while the new one keeps ending", Desired{Count: 1, Mark: now}, []Observed{one(1, was, Ready), one(2, now, Waiting)}, []string{}},
		{"the old one goes when the new one is ready", Desired{Count: 1, Mark: now}, []Observed{one(1, was, Ready), one(2, now, Ready)}, []string{"-1"}},
		{"the next new one waits until the old one has gone", Desired{Count: 2, Mark: now},
			[]Observed{one(1, was, Ready), one(2, was, Draining), one(3, now, Ready)}, []string{}},
		{"then it follows, under a free number", Desired{Count: 2, Mark: now}, []Observed{one(1, was, Ready), one(3, now, Ready)}, []string{"+2"}},
		{"an old one that serves nobody goes at once", Desired{Count: 1, Mark: now}, []Observed{one(1, was, Unready)}, []string{"-1", "+2"}},
		{"surplus goes, the highest number first", Desired{Count: 1, Mark: now}, []Observed{one(1, now, Ready), one(2, now, Ready)}, []string{"-2"}},
		{"surplus that is not ready goes before what is", Desired{Count: 1, Mark: now}, []Observed{one(1, now, Starting), one(2, now, Ready)}, []string{"-1"}},
		{"none is wanted", Desired{Mark: now}, []Observed{one(1, now, Ready), one(2, was, Starting)}, []string{"-2", "-1"}},
		{"what is held stays though none is wanted", Desired{Mark: now, Hold: true}, []Observed{one(1, now, Ready), one(2, now, Starting)}, []string{"-2"}},
		{"another generation is another mark", Desired{Count: 1, Mark: Mark{"2-bbbb", 1}}, []Observed{one(1, now, Ready)}, []string{"+2"}},
		{"a new one that never served gives way to a newer one", Desired{Count: 1, Mark: now},
			[]Observed{one(1, was, Ready), one(2, Mark{"0-cccc", 0}, Waiting)}, []string{"-2", "+3"}},
		{"what must be alone waits for the old one to go", Desired{Count: 1, Mark: now, Alone: true}, []Observed{one(1, was, Ready)}, []string{"-1"}},
		{"it waits until it is gone, and not only told to go", Desired{Count: 1, Mark: now, Alone: true}, []Observed{one(1, was, Draining)}, []string{}},
		{"an idle one is waited for as well", Desired{Count: 1, Mark: now, Alone: true}, []Observed{one(1, was, Waiting)}, []string{"-1"}},
		{"then it comes", Desired{Count: 1, Mark: now, Alone: true}, nil, []string{"+1"}},
		{"scaled up amid a rollout, more start at once", Desired{Count: 3, Mark: now}, []Observed{one(1, was, Ready), one(2, now, Starting)}, []string{"+3", "+4"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			if got := brief(Next(row.desired, row.observed)); !reflect.DeepEqual(got, row.want) {
				t.Errorf("steps are %v, want %v", got, row.want)
			}
		})
	}
}

// world is a service whose instances follow the steps.
type world struct {
	desired Desired
	all     []Observed
}

func (w *world) ready() int { return w.count(func(o Observed) bool { return o.State == Ready }) }
func (w *world) alive() int { return w.count(func(o Observed) bool { return o.State != Draining }) }

func (w *world) count(is func(Observed) bool) int {
	n := 0
	for _, o := range w.all {
		if is(o) {
			n++
		}
	}
	return n
}

// step takes the steps and checks what holds of them.
func (w *world) step(t *testing.T) int {
	t.Helper()
	ready, alive := w.ready(), w.alive()
	steps := Next(w.desired, w.all)
	shuffled := slices.Clone(w.all)
	slices.Reverse(shuffled)
	if again := Next(w.desired, shuffled); !reflect.DeepEqual(steps, again) {
		t.Fatalf("the order of what is observed matters: %v and %v", steps, again)
	}
	for _, s := range steps {
		at := slices.IndexFunc(w.all, func(o Observed) bool { return o.Number == s.Number })
		switch {
		case s.Action == Start && w.desired.Alone && w.count(func(o Observed) bool { return o.Mark != w.desired.Mark }) > 0:
			t.Fatalf("%d is started beside an old one: %v", s.Number, w.all)
		case s.Action == Start && at >= 0:
			t.Fatalf("%d is started though it is there: %v", s.Number, w.all)
		case s.Action == Start:
			w.all = append(w.all, one(s.Number, s.Mark, Starting))
		case at < 0 || w.all[at].State == Draining:
			t.Fatalf("%d is stopped though it is not there: %v", s.Number, w.all)
		default:
			if w.desired.Hold && !w.desired.Alone && w.all[at].State == Ready {
				t.Fatalf("%d is held and stopped", s.Number)
			}
			w.all[at].State = Draining
		}
	}
	if least := min(ready, w.desired.Count); w.ready() < least && !w.desired.Alone {
		t.Fatalf("%d are ready, %d were and %d are wanted: %v %v", w.ready(), ready, w.desired.Count, w.all, steps)
	}
	if most := max(alive, w.desired.Count+1); w.alive() > most {
		t.Fatalf("%d are there, %d were and %d are wanted", w.alive(), alive, w.desired.Count)
	}
	if left := Next(w.desired, w.all); len(left) != 0 {
		t.Fatalf("with its own steps taken it wants %v; first %v", left, steps)
	}
	return len(steps)
}

// event lets one thing happen to one instance.
func (w *world) event(r *rand.Rand, calm bool) {
	if len(w.all) == 0 {
		return
	}
	i := r.IntN(len(w.all))
	o := &w.all[i]
	switch {
	case o.State == Draining:
		w.all = slices.Delete(w.all, i, i+1)
	case o.State == Waiting:
		o.State = Starting
	case o.State != Ready:
		o.State = Ready
	case !calm:
		o.State = []State{Ready, Ready, Unready, Waiting}[r.IntN(4)]
	}
}

func TestWhateverHappensItConverges(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := &world{}
		for range 40 {
			if r.IntN(4) == 0 {
				w.desired = Desired{
					Count: r.IntN(4), Mark: Mark{[]string{"1-a", "2-b", "3-c"}[r.IntN(3)], r.IntN(2)}, Hold: r.IntN(4) == 0, Alone: r.IntN(4) == 0,
				}
			}
			w.step(t)
			w.event(r, false)
		}
		w.desired.Hold = false
		quiet := 0
		for n := 0; quiet < 200; n++ {
			if n > 5000 {
				t.Fatalf("seed %d: it never rests: %+v %v", seed, w.desired, w.all)
			}
			quiet++
			if w.step(t) > 0 {
				quiet = 0
			}
			w.event(r, true)
		}
		for _, o := range w.all {
			if o.Mark != w.desired.Mark || o.State != Ready || len(w.all) != w.desired.Count {
				t.Fatalf("seed %d: %+v came to %v", seed, w.desired, w.all)
			}
		}
	}
}

// When nothing fails, a rollout of ready instances never has fewer than the count.
func TestARolloutKeepsTheCountReady(t *testing.T) {
	for count := 1; count <= 5; count++ {
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, 2))
			w := &world{desired: Desired{Count: count, Mark: now}}
			for n := range count {
				w.all = append(w.all, one(n+1, was, Ready))
			}
			for n := 0; w.count(func(o Observed) bool { return o.Mark != now || o.State != Ready }) > 0; n++ {
				if n > 1000 {
					t.Fatalf("%d: it does not end: %v", count, w.all)
				}
				w.step(t)
				w.event(r, true)
				if w.ready() < count || w.alive() > count+1 {
					t.Fatalf("%d: %d ready of %d", count, w.ready(), w.alive())
				}
			}
		}
	}
}

func TestEnds(t *testing.T) {
	at := time.Unix(1000, 0)
	var e Ends
	for i, ms := range []int{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000} {
		want := time.Duration(ms) * time.Millisecond
		e = e.Add(at, time.Second)
		if e.Pause() != want || e.Next() != at.Add(e.Pause()) {
			t.Errorf("end %d: pause is %s, want %s", i+1, e.Pause(), want)
		}
		if e.Looping() != (i+1 >= looping) {
			t.Errorf("end %d: looping is %v", i+1, e.Looping())
		}
	}
	if e = e.Add(at, steady); e.Count != 1 || e.Looping() {
		t.Errorf("after it had been ready for long: %+v", e)
	}
	for range 1 << 16 {
		e = e.Add(at, 0)
	}
	if e.Pause() != longest {
		t.Errorf("after very many ends: %s", e.Pause())
	}
}

// A service takes one place more than it is wanted to, draining ones included: two copies of a database may be one too many.
func TestOneGoesBeforeTheNextComes(t *testing.T) {
	observed := []Observed{one(1, was, Ready), one(2, was, Ready), one(3, now, Ready)}
	if got := brief(Next(Desired{Count: 2, Mark: now}, observed)); !slices.Equal(got, []string{"-2"}) {
		t.Errorf("steps are %v", got)
	}
}
