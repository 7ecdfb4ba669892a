package trust

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/identity"
)

// subject is one implementation with the machine it changes, and what the store lists of everybody's.
type subject struct {
	machine Machine
	store   Store
	content func(t *testing.T) string
	// spoil has somebody else take the root out halfway; nil is not possible here.
	spoil func(t *testing.T, r Root)
	// usurp has something else stand under the root's name; nil is not possible here.
	usurp func(t *testing.T, r, other Root)
}

// implementations are all stores: those that this machine has for real, the others over an imitation of the system's program.
func implementations() map[string]func(t *testing.T) subject {
	return map[string]func(t *testing.T) subject{
		"debian": debian, "redhat": imitated(0), "arch": imitated(1), "suse": imitated(2), "nss": nss, "macos": mac, "windows": windows,
	}
}

func newRoot(t *testing.T) Root {
	t.Helper()
	a, err := identity.Obtain(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return Root{a.Root, a.RootPath, a.ID()}
}

func TestConformance(t *testing.T) {
	for name, begin := range implementations() {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			t.Run("what is added is trusted, and removal leaves nothing", s.roundTrip)
			t.Run("adding and removing twice is once", s.twice)
			t.Run("two roots are apart", s.apart)
			t.Run("a change meanwhile is safe", s.meanwhile)
			t.Run("what is not ours is left alone", s.foreign)
			t.Run("a plan is a line for a shell", s.line)
			t.Run("what is barred is not done", s.barred)
		})
	}
}

func (s subject) all() []Store { return []Store{s.store} }

func (s subject) add(t *testing.T, r Root) Plan {
	t.Helper()
	return s.did(t, Adding(t.Context(), s.all(), r)[0], r, Trusted)
}

func (s subject) remove(t *testing.T, r Root) Plan {
	t.Helper()
	return s.did(t, Removing(t.Context(), s.all(), r)[0], r, Absent)
}

func (s subject) did(t *testing.T, p Plan, r Root, want Held) Plan {
	t.Helper()
	done := p.Do(t.Context(), s.machine, r, want)
	if done.Err != nil || done.Held != want || len(done.Commands) > 0 {
		t.Fatalf("%s: %+v", s.store.Name(), done)
	}
	return p
}

func (s subject) roundTrip(t *testing.T) {
	r, before := newRoot(t), s.content(t)
	if held, err := s.store.Holds(t.Context(), r); held != Absent || err != nil {
		t.Fatalf("before it is added it is %v, %v", held, err)
	}
	s.add(t, r)
	if s.content(t) == before {
		t.Error("adding changed nothing")
	}
	s.remove(t, r)
	if after := s.content(t); after != before {
		t.Errorf("removing left\n%s\nwhere before was\n%s", after, before)
	}
}

func (s subject) twice(t *testing.T) {
	r, before := newRoot(t), s.content(t)
	s.add(t, r)
	once := s.content(t)
	if p := s.add(t, r); len(p.Commands) > 0 {
		t.Errorf("the second time it would do %v", p.Commands)
	}
	for _, c := range s.store.Add(r) { // as who pastes them again
		_, _ = s.machine.Run(t.Context(), c.Argv...)
	}
	if twice := s.content(t); twice != once {
		t.Errorf("added twice it has\n%s\nand not\n%s", twice, once)
	}
	s.remove(t, r)
	if p := s.remove(t, r); len(p.Commands) > 0 {
		t.Errorf("the second time it would do %v", p.Commands)
	}
	if s.content(t) != before {
		t.Error("something is left")
	}
}

func (s subject) apart(t *testing.T) {
	mine, other, before := newRoot(t), newRoot(t), s.content(t)
	s.add(t, other)
	between := s.content(t)
	s.add(t, mine)
	if held, err := s.store.Holds(t.Context(), other); held != Trusted || err != nil {
		t.Errorf("the other one is %v, %v", held, err)
	}
	s.remove(t, mine)
	if s.content(t) != between {
		t.Error("removing the one changed the other")
	}
	s.remove(t, other)
	if s.content(t) != before {
		t.Error("something is left")
	}
}

func (s subject) meanwhile(t *testing.T) {
	r, before := newRoot(t), s.content(t)
	s.add(t, r)
	planned := Removing(t.Context(), s.all(), r)[0]
	s.remove(t, r) // somebody else was quicker
	if done := planned.Do(t.Context(), s.machine, r, Absent); done.Err != nil || done.Held != Absent {
		t.Errorf("removing what is gone: %+v", done)
	}
	if s.spoil != nil {
		s.add(t, r)
		s.spoil(t, r)
		if held, err := s.store.Holds(t.Context(), r); held != Partly || err != nil {
			t.Errorf("half of it is %v, %v", held, err)
		}
		s.add(t, r)
		s.spoil(t, r)
		s.remove(t, r)
	}
	if s.content(t) != before {
		t.Error("something is left")
	}
}

func (s subject) foreign(t *testing.T) {
	if s.usurp == nil {
		t.Skip("here nothing else can have the root's name: it is found by its content")
	}
	r, other := newRoot(t), newRoot(t)
	s.usurp(t, r, other)
	before := s.content(t)
	for _, p := range append(Adding(t.Context(), s.all(), r), Removing(t.Context(), s.all(), r)...) {
		if p.Err == nil || !strings.Contains(p.Err.Error(), "left alone") || len(p.Commands) > 0 {
			t.Errorf("it is planned as %+v", p)
		}
		if done := p.Do(t.Context(), s.machine, r, Trusted); done.Err == nil {
			t.Error("a plan with an error was done")
		}
	}
	if s.content(t) != before {
		t.Error("it was touched")
	}
}

func (s subject) line(t *testing.T) {
	r := newRoot(t)
	p := Adding(t.Context(), s.all(), r)[0]
	user := s.machine
	user.Superuser = false
	if p.Line(user) == "" || strings.Contains(p.Line(user), "sudo ") != p.Commands[0].Superuser || s.machine.Superuser && strings.Contains(p.Line(s.machine), "sudo ") || s.store.Name() == "" {
		t.Errorf("%q of %q", p.Line(user), s.store.Name())
	}
}

func (s subject) barred(t *testing.T) {
	r, before := newRoot(t), s.content(t)
	user := s.machine
	user.Superuser = false
	p := Adding(t.Context(), s.all(), r)[0]
	if !p.Barred(user) {
		t.Skip("no command needs the superuser")
	}
	if done := p.Do(t.Context(), user, r, Trusted); done.Line(user) == "" || done.Err != nil || s.content(t) != before {
		t.Errorf("without rights it did %+v", done)
	}
}

// A command that fails, or that ends well and does nothing, is told, and the other stores go on.
func TestWhatGoesWrongIsTold(t *testing.T) {
	r := newRoot(t)
	for _, c := range []struct {
		about, want string
		run         func(context.Context, ...string) ([]byte, error)
	}{
		{"the store cannot be asked", "looking at", func(context.Context, ...string) ([]byte, error) { return nil, errors.New("locked") }},
		{"adding fails", "running certutil", func(_ context.Context, argv ...string) ([]byte, error) {
			if argv[2] == "-addstore" {
				return nil, errors.New("denied")
			}
			return nil, nil
		}},
		{"adding does nothing", "not as it should be", func(context.Context, ...string) ([]byte, error) { return nil, nil }},
	} {
		m := Machine{System: "windows", Run: c.run}
		stores, _ := Stores(m, System)
		p := Adding(t.Context(), stores, r)[0].Do(t.Context(), m, r, Trusted)
		if p.Err == nil || !strings.Contains(p.Err.Error(), c.want) {
			t.Errorf("%s: %v", c.about, p.Err)
		}
	}
}
