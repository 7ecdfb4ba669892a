package importer

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/diag"
)

// While values are put together, one rune of the last private plane stands for what is known at the start only: a variable of
// banyan's environment, or one that a declared call gives. No input holds such a rune: open refuses it.
const (
	firstEnv  = rune(0xF0000)
	firstCall = rune(0x100000)
	lastRef   = rune(0x10FFFD)
	mostRefs  = 0x8000
)

func isRef(r rune) bool { return r >= firstEnv && r <= lastRef }

func isEnvRef(r rune) bool { return r >= firstEnv && r < firstCall }

func isCallRef(r rune) bool { return r >= firstCall && r <= lastRef }

// refs are what the runes stand for.
type refs struct {
	env   []*Need
	calls []string
	// literals are secrets of the input by the name that was given to them.
	literals map[string]string
	written  map[rune]bool
}

// variable is the rune of one of banyan's own variables.
func (r *refs) variable(name string, at diag.Position, given bool) string {
	for i, n := range r.env {
		if n.Name == name {
			n.Given = n.Given || given
			return string(firstEnv + rune(i))
		}
	}
	r.env = append(r.env, &Need{Name: name, At: at, Given: given})
	return string(firstEnv + rune(len(r.env)-1))
}

// call is the rune of a variable that a call gives.
func (r *refs) call(name string) string {
	at := slices.Index(r.calls, name)
	if at < 0 {
		at = len(r.calls)
		r.calls = append(r.calls, name)
	}
	return string(firstCall + rune(at))
}

// secret is the rune for a secret that stands in the input in the clear. The second value of one name gets a name of its own.
func (r *refs) secret(name, value, owner string, at diag.Position) string {
	if r.literals == nil {
		r.literals = map[string]string{}
	}
	own := name
	for n := 1; r.literals[own] != value && r.literals[own] != ""; n++ {
		if own = owner + "_" + name; n > 1 {
			own += "_" + strconv.Itoa(n)
		}
	}
	r.literals[own] = value
	return r.variable(own, at, true)
}

// named is the name of what a rune stands for.
func (r *refs) named(one rune) string {
	if isCallRef(one) {
		return r.calls[one-firstCall]
	}
	return r.env[one-firstEnv].Name
}

// wrote notes that a rune's variable is in the text that is written.
func (r *refs) wrote(one rune) {
	if r.written == nil {
		r.written = map[rune]bool{}
	}
	r.written[one] = true
}

// needs are the variables that the written text takes from the environment.
func (r *refs) needs() []Need {
	var all []Need
	for i, n := range r.env {
		if r.written[firstEnv+rune(i)] {
			all = append(all, *n)
		}
	}
	slices.SortStableFunc(all, func(a, b Need) int { return places(a.At, b.At) })
	return all
}

// plain is a text as a note shows it: a reference by its name.
func (r *refs) plain(text string) string {
	var b strings.Builder
	for _, one := range text {
		switch {
		case isRef(one):
			b.WriteString("${" + r.named(one) + "}")
		case one != utf8.RuneError:
			b.WriteRune(one)
		}
	}
	return b.String()
}

// has tells whether a text holds a rune of a kind.
func has(text string, kind func(rune) bool) bool { return strings.ContainsFunc(text, kind) }
