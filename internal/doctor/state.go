package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/banyan-run/banyan/internal/migration"
)

// state looks at the folder .banyan: whether it can be written, and whether this banyan can read what is in it.
func state(look func(folder string) (int, error), writable func(folder string) error) Check {
	return Check{Name: "state", Why: "Banyan keeps what it acknowledged there; up refuses a folder that it cannot use", Look: func(_ context.Context, s Subject) []Result {
		folder := s.Banyan.State
		err := writable(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return fresh(s, writable)
		}
		if err != nil {
			return failed(fmt.Sprintf("%s cannot be written: %s", folder, cause(err)), fmt.Sprintf("chmod -R u+rwX %s || sudo chown -R \"$(id -u)\" %[1]s", quoted(folder)))
		}
		form, err := look(folder)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fine("%s can be written; it has no version yet", folder)
		case errors.Is(err, migration.ErrNewer):
			return failed(fmt.Sprintf("%s cannot be used: %s", folder, err), "use the banyan that wrote it, or start afresh: banyan purge --dry-run, then banyan purge")
		case err != nil:
			return failed(fmt.Sprintf("the version of %s cannot be read: %s", folder, cause(err)), fmt.Sprintf("chmod -R u+rwX %s", quoted(folder)))
		case form < migration.Format:
			return fine("%s can be written; it is of version %d, and the next up brings it to %d", folder, form, migration.Format)
		}
		return fine("%s can be written; it is of version %d", folder, form)
	}}
}

// fresh is an application that never ran: its folder must take one.
func fresh(s Subject, writable func(string) error) []Result {
	if s.App == nil {
		return fine("nothing is kept in %s", s.Dir)
	}
	if err := writable(s.Dir); err != nil {
		return failed(fmt.Sprintf("%s cannot be written, so .banyan cannot be made there: %s", s.Dir, cause(err)), fmt.Sprintf("chmod u+rwx %s", quoted(s.Dir)))
	}
	return fine("nothing is kept yet; %s can be written", s.Dir)
}

// cause is the system's own word, without the path that is named already.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// quoted is a word for a POSIX shell: a fix is pasted into one.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
