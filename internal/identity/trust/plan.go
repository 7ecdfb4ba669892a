package trust

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Plan is what one store needs.
type Plan struct {
	Store Store
	// Held is what is there now.
	Held Held
	// Commands bring it about; there are none when there is nothing to do.
	Commands []Command
	// Err is why the store could not be asked, or what went wrong; it stops no other store.
	Err error
}

// Adding plans to put the root where it is not trusted yet.
func Adding(ctx context.Context, stores []Store, r Root) []Plan {
	return planned(ctx, stores, r, func(s Store, held Held) []Command {
		if held == Trusted {
			return nil
		}
		return s.Add(r)
	})
}

// Removing plans to take it out where there is anything of it.
func Removing(ctx context.Context, stores []Store, r Root) []Plan {
	return planned(ctx, stores, r, func(s Store, held Held) []Command {
		if held == Absent {
			return nil
		}
		return s.Remove(r)
	})
}

func planned(ctx context.Context, stores []Store, r Root, commands func(Store, Held) []Command) []Plan {
	var all []Plan
	for _, s := range stores {
		p := Plan{Store: s}
		if p.Held, p.Err = s.Holds(ctx, r); p.Err == nil {
			p.Commands = commands(s, p.Held)
		}
		all = append(all, p)
	}
	return all
}

// Barred tells whether the plan needs rights that Banyan does not have here.
func (p Plan) Barred(m Machine) bool {
	for _, c := range p.Commands {
		if c.Superuser && !m.Superuser {
			return true
		}
	}
	return false
}

// errUnchanged is told when all commands worked and the store says otherwise.
var errUnchanged = errors.New("the commands ended well, and the store is not as it should be; look at it with banyan trust --show")

// Do runs the plan, and asks the store whether it came true; want is Trusted or Absent. It does nothing with a plan that is barred.
func (p Plan) Do(ctx context.Context, m Machine, r Root, want Held) Plan {
	if p.Err != nil || len(p.Commands) == 0 || p.Barred(m) {
		return p
	}
	for _, c := range p.Commands {
		if _, err := m.Run(ctx, c.Argv...); err != nil {
			p.Err = errors.Join(p.Err, fmt.Errorf("running %s: %w", c.Text(m), err)) // the next may mend what this one could not
		}
	}
	held, err := p.Store.Holds(ctx, r)
	switch {
	case err != nil:
		p.Err = errors.Join(p.Err, err)
	case held == want:
		p.Held, p.Commands, p.Err = held, nil, nil // whatever a command complained of
	case p.Err == nil:
		p.Held, p.Err = held, errUnchanged
	}
	return p
}

// Line is the commands as one line for a shell.
func (p Plan) Line(m Machine) string {
	var lines []string
	for _, c := range p.Commands {
		lines = append(lines, c.Text(m))
	}
	return strings.Join(lines, " && ")
}
