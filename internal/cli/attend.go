package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/terminal"
)

// attend tells in a line each what changes, until Ctrl-C or until the application ends otherwise.
func (s *shell) attend(ctx context.Context, r *run) error {
	ordered, last := false, s.Now()
	for d := range deeds(ctx, r.client, r.keeper.Done()) {
		ordered = ordered || journal.Kind(d.Kind) == journal.Down && d.At.After(r.began)
		if !d.At.After(last) {
			continue
		}
		if last = d.At; tells(d) {
			s.note("%s\n", s.deed(d))
		}
	}
	if !r.over() {
		return nil
	}
	if !ordered {
		_, _, err := r.sweep()
		return errors.Join(fmt.Errorf("the keeper of %s was killed: what it kept has ended too", r.app.Name), err)
	}
	s.note("%s was stopped by banyan down\n", r.app.Name)
	return nil
}

// tells leaves out what only leads to something else that is told.
func tells(d api.Deed) bool {
	switch journal.Kind(d.Kind) {
	case journal.Start, journal.Up, journal.Release:
		return false
	}
	return true
}

// warn is about the command itself, so it goes beside the answer.
func (s *shell) warn(format string, args ...any) {
	fmt.Fprintf(s.Err, "%s %s\n", s.ErrScreen.Paint(terminal.Yellow, "!"), fmt.Sprintf(format, args...))
}
