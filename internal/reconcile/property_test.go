package reconcile

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// group is the instances of one service.
type group struct {
	count   int
	release string
	mixed   bool
}

func of(all []supervise.Status, service string) group {
	var g group
	for _, one := range all {
		if one.Service != service {
			continue
		}
		g.mixed = g.mixed || g.count > 0 && g.release != one.Release
		g.count, g.release = g.count+1, one.Release
	}
	return g
}

// Whatever is edited, touched and wished for, and whenever the control process is replaced, the instances come to what the
// graph and the wishes say. As long as nothing crashes no service that stays has fewer ready than its least count.
func TestWhateverIsAskedForItConverges(t *testing.T) {
	for seed := range uint64(25) {
		for _, crashing := range []bool{false, true} {
			in(t, func(s *stage) {
				(&play{stage: s, r: rand.New(rand.NewPCG(seed, 4)), crashing: crashing, seed: seed}).run()
			})
		}
	}
}

// play is one random sequence, with what it must come to.
type play struct {
	*stage
	r        *rand.Rand
	seed     uint64
	crashing bool
	app      *graph.App
	counts   map[string]int
	stopped  map[string]bool
	edits    int
}

func (p *play) run() {
	p.app, p.counts, p.stopped = random(p.r), map[string]int{}, map[string]bool{}
	p.begin(p.app)
	p.settle(time.Minute)
	for range 15 {
		p.instances.watchLeast()
		floor := p.floor()
		p.act()
		for name := range floor {
			floor[name] = min(floor[name], p.floor()[name])
		}
		p.settle(time.Duration(p.r.IntN(1500)) * time.Millisecond)
		if p.r.IntN(3) == 0 {
			p.settle(time.Minute)
		}
		if !p.crashing {
			p.checkFloor(floor)
		}
	}
	p.settle(3 * time.Minute)
	p.check()
	p.checkDown()
}

// floor is how many instances of each service must be ready until the next act: as many as are, but for what is wanted less.
func (p *play) floor() map[string]int {
	all, _ := p.Observe()
	least := map[string]int{}
	for _, one := range all {
		least[one.Name] = min(one.Ready, one.Desired)
	}
	return least
}

func (p *play) checkFloor(floor map[string]int) {
	p.Helper()
	for name, want := range floor {
		if got, seen := p.instances.leastOf(name); seen && got < want {
			p.Errorf("seed %d: %d of %s were ready, at least %d had to be", p.seed, got, name, want)
		}
	}
}

func (p *play) act() {
	one := p.app.Services[p.r.IntN(len(p.app.Services))]
	var err error
	switch p.r.IntN(9) {
	case 0:
		p.apply(random(p.r))
	case 1:
		p.apply(edited(p.app, one.Name, func(s *graph.Service) { s.Env = []graph.Variable{{Name: "Y", Value: p.fresh()}} }))
	case 2:
		p.builder.edit(one.Dir, p.fresh())
		p.Touched(one.Name, []string{"main.go"})
	case 3:
		n := p.r.IntN(4)
		p.counts[one.Name] = n
		p.stopped[one.Name] = p.stopped[one.Name] && n == 0
		err = p.Scale(one.Name, n)
	case 4:
		p.stopped[one.Name] = true
		err = p.Stop([]string{one.Name})
	case 5:
		p.start(one.Name)
		if p.counts[one.Name] == 0 {
			delete(p.counts, one.Name)
		}
		err = p.Start([]string{one.Name})
	case 6:
		p.stopped[one.Name] = false
		err = p.Restart([]string{one.Name})
	case 7:
		err = p.Close()
		p.begin(p.app)
	case 8:
		if p.crashing {
			p.crashOne()
		}
	}
	if err != nil {
		p.Errorf("seed %d: %v", p.seed, err)
	}
}

// start follows the rule of Start: what a service needs is started with it when it was stopped.
func (p *play) start(name string) {
	closure := subset.Choose(p.app, subset.Wish{Names: []string{name}})
	for _, s := range p.app.Services {
		if closure.Has(s.Name) {
			p.stopped[s.Name] = false
		}
	}
}

func (p *play) fresh() string {
	p.edits++
	return fmt.Sprint(p.edits)
}

// apply follows the rules of Apply: a changed count beats the operator's, what is removed loses its wishes.
func (p *play) apply(next *graph.App) {
	for _, s := range p.app.Services {
		after, there := next.Service(s.Name)
		if !there || after.Replicas.Count != s.Replicas.Count {
			delete(p.counts, s.Name)
		}
		if !there {
			delete(p.stopped, s.Name)
		}
	}
	p.app = next
	p.Apply(next, "edited")
}

// crashOne lets a ready instance end; it is started again after a while, as supervise does.
func (p *play) crashOne() {
	all, _ := p.instances.Observe()
	if len(all) == 0 {
		return
	}
	id := all[p.r.IntN(len(all))].ID
	p.instances.change(func() {
		one := p.instances.mu.all[id]
		if one == nil || one.State == supervise.Draining {
			return
		}
		one.State = supervise.Waiting
		p.instances.after(time.Second, func() {
			if p.instances.mu.all[id] == one && one.State == supervise.Waiting {
				one.State = supervise.Ready
			}
		})
	})
}

func (p *play) check() {
	p.Helper()
	services, _ := p.Observe()
	if len(services) != len(p.app.Services) {
		p.Errorf("seed %d: %d services are kept, the graph has %d", p.seed, len(services), len(p.app.Services))
	}
	for _, one := range services {
		declared, _ := p.app.Service(one.Name)
		want, wished := p.counts[one.Name]
		if !wished {
			want = declared.Replicas.Count
		}
		if p.stopped[one.Name] {
			want = 0
		}
		phase := Running
		if want == 0 {
			phase = Stopped
		}
		if one.Desired != want || one.Ready != want || len(one.Instances) != want || one.Phase != phase || p.expected.of(one.Name) != want {
			p.Errorf("seed %d: want %d of %s (%s), got %+v", p.seed, want, one.Name, phase, one)
		}
		for _, i := range one.Instances {
			o := p.instances.order(i.ID)
			if i.Release != one.Release || i.Generation != one.Generation || specHash(o.App, o.Service) != specHash(p.app, declared) {
				p.Errorf("seed %d: %s runs release %s of an older graph, %s is current", p.seed, i.ID, i.Release, one.Release)
			}
		}
	}
}

func (p *play) checkDown() {
	p.Helper()
	if err := p.Down(p.Context()); err != nil {
		p.Errorf("seed %d: %v", p.seed, err)
	}
	p.ids()
	for _, deed := range p.instances.deeds() {
		if len(deed) > 10 && (deed[:10] == "kept twice" || deed[:10] == "no such in") {
			p.Errorf("seed %d: %s", p.seed, deed)
		}
	}
}
