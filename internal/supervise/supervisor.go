package supervise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/snapshot"
)

// Supervisor keeps instances.
type Supervisor struct {
	means    Means
	group    *lifecycle.Group
	board    snapshot.Value[[]Status] // sorted by service and number
	outlying externals
	visitors guests
	mu       struct {
		sync.Mutex
		kept map[string]*kept
	}
}

// ErrKept refuses a second order for one instance.
var ErrKept = errors.New("is kept already")

// Begin returns a supervisor that keeps nothing yet. It works until ctx ends or Close; the processes live on.
func Begin(ctx context.Context, means Means) *Supervisor {
	s := &Supervisor{means: means, group: lifecycle.NewGroup(ctx)}
	s.mu.kept = map[string]*kept{}
	s.group.Go("exits", s.dispatch)
	if means.Folder != "" {
		s.group.Go("the record of instances", s.keepRecord)
	}
	return s
}

// Close lets go of all instances without ending them, and waits for its goroutines.
func (s *Supervisor) Close() error { return s.group.Stop(context.Background()) }

// Keep starts an instance and keeps it. It returns at once; errors.Is(err, ErrKept) when there is one of this id.
func (s *Supervisor) Keep(o Order) error {
	k, err := s.add(o)
	if err != nil {
		return err
	}
	k.publish()
	s.group.Go(k.id, k.live)
	return nil
}

// End stops an instance and forgets it. It returns at once; nothing happens when it is unknown. One that is ending already
// drains no longer than this Ending says.
func (s *Supervisor) End(id string, e Ending) {
	k := s.find(id)
	for k != nil {
		select {
		case k.told <- e:
			return
		case earlier := <-k.told: // nobody has looked at it yet
			e = earlier.sooner(e)
		}
	}
}

// Observe returns the status of each instance, sorted by service and number, and the version to wait on.
func (s *Supervisor) Observe() ([]Status, uint64) {
	all, version := s.board.Version()
	all = slices.Clone(all)
	for i := range all {
		if k := s.find(all[i].ID); k != nil {
			all[i].Lines = k.lines.last()
		}
	}
	return all, version
}

// Changed is closed when version is no longer the newest; new lines alone make no version.
func (s *Supervisor) Changed(version uint64) <-chan struct{} { return s.board.Changed(version) }

// Output takes what a child wrote, for its last lines. It does not keep o.Data.
func (s *Supervisor) Output(o keeper.Output) {
	if k := s.find(o.Key); k != nil {
		k.lines.write(o)
	}
}

func (s *Supervisor) find(id string) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.kept[id]
}

func (s *Supervisor) add(o Order) (*kept, error) {
	k := newKept(s, o)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.kept[k.id] != nil {
		return nil, fmt.Errorf("keeping %s: %w", k.id, ErrKept)
	}
	s.mu.kept[k.id] = k
	return k, nil
}

// drop takes an instance off the list and off the board.
func (s *Supervisor) drop(id string) {
	s.mu.Lock()
	delete(s.mu.kept, id)
	s.mu.Unlock()
	s.board.Update(func(all []Status) []Status {
		return slices.DeleteFunc(slices.Clone(all), func(one Status) bool { return one.ID == id })
	})
}

// post publishes a status.
func (s *Supervisor) post(status Status) {
	s.board.Update(func(all []Status) []Status {
		next := slices.DeleteFunc(slices.Clone(all), func(one Status) bool { return one.ID == status.ID })
		next = append(next, status)
		slices.SortFunc(next, func(a, b Status) int {
			return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number))
		})
		return next
	})
}

// dispatch hands each exit to its instance.
func (s *Supervisor) dispatch(ctx context.Context) error {
	for {
		select {
		case e, open := <-s.means.Exits:
			if !open {
				return nil
			}
			if k := s.find(e.Key); k != nil {
				k.exits.put(e)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
