package trust

import (
	"context"
	"strings"
)

// Held says how far a store has a root.
type Held int

// A root that a store has partly is there and not trusted yet, or no longer whole: adding mends it, removing clears it away.
const (
	Absent Held = iota
	Partly
	Trusted
)

// Command is one program with its arguments.
type Command struct {
	Argv []string
	// Superuser says that it needs those rights.
	Superuser bool
}

// Text is the command as it is typed, with sudo where that is needed on a machine.
func (c Command) Text(m Machine) string {
	words := make([]string, 0, len(c.Argv)+1)
	if c.Superuser && !m.Superuser {
		words = append(words, "sudo")
	}
	for _, word := range c.Argv {
		words = append(words, quoted(word))
	}
	return strings.Join(words, " ")
}

// quoted is a word for a POSIX shell.
func quoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:,=@+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Store is one place where programs look for what they trust. Adding and removing are commands, so that a person sees before
// what will be done and can do it in Banyan's stead. Both may be run again without harm.
type Store interface {
	// Name is for people: which programs, and where.
	Name() string
	// Holds asks the store itself. Its error says that it cannot be asked, or that something else stands in the root's place.
	Holds(ctx context.Context, r Root) (Held, error)
	Add(r Root) []Command
	Remove(r Root) []Command
}

// Kind is a group of stores.
type Kind string

// The kinds, as they are named at the command line.
const (
	System   Kind = "system"
	Browsers Kind = "browsers"
)

// Missing is a store that is there and cannot be changed, and what is to be installed for that.
type Missing struct{ Name, Why, Fix string }

// Stores finds those of the machine that are of one of the kinds.
func Stores(m Machine, kinds ...Kind) (all []Store, missing []Missing) {
	for _, kind := range kinds {
		var found []Store
		var lacking []Missing
		switch {
		case kind == Browsers:
			found, lacking = databases(m)
		case m.System == "linux":
			found, lacking = anchors(m)
		case m.System == "darwin":
			found = []Store{keychain{m}}
		case m.System == "windows":
			found = []Store{rootStore{m}}
		}
		all, missing = append(all, found...), append(missing, lacking...)
	}
	return all, missing
}
