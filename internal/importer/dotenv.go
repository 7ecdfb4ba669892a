package importer

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/dotenv"
)

// variable is one line of an .env. used says that its value went somewhere.
type variable struct {
	name, value string
	at          diag.Position
	used        bool
}

// dotenv reads the variables that the Compose file is made of, and that a Procfile's processes are started with.
func (d *draft) dotenv(f *file) {
	d.variablesOf(f, func(v *variable) { d.variables[v.name] = v })
}

var variableFits = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// variablesOf reads the lines of a file. The last of two with one name wins. What is not in single quotes may name variables of the lines
// above.
func (d *draft) variablesOf(f *file, each func(*variable)) {
	lines, found := dotenv.Parse(f.name, f.text)
	for _, wrong := range found {
		d.refuse(wrong.At, wrong.Code, wrong.Hint, "%s", wrong.Message)
	}
	for _, line := range lines {
		if line.Unset {
			d.note(line.At, Skipped, line.Name, "it has no value, so it sets nothing")
			continue
		}
		v := &variable{name: line.Name, at: line.At}
		v.value = d.expanded(v, line.Value, line.Verbatim)
		each(v)
	}
}

// expanded puts the variables into a value of .env. A dollar that begins none is a dollar there, and a secret is not looked into.
func (d *draft) expanded(v *variable, value string, verbatim bool) string {
	if verbatim || !strings.Contains(value, "$") || secret(v.name, value) {
		return value
	}
	if out, ok := d.substituted(value, v.at, 0); ok {
		return out
	}
	return value
}

// ambient tells whether Banyan reads a line of .env itself: that of the folder of banyan.yaml, whose variables every service gets.
func (v *variable) ambient() bool { return v != nil && v.at.File == dotenvName }

// left tells whether a variable is left to .env: a copy in the service's env would beat what is changed there later.
func (d *draft) left(one *setting) bool {
	return one.shared.ambient() && one.value.text == d.given(one.shared)
}

// wanting tells whether a variable is still to be set: nothing that Banyan reads gives it.
func (d *draft) wanting(n Need) bool {
	v := d.variables[n.Name]
	return !v.ambient() || v.at != n.At
}

// unusedVariables notes what stands in .env and went nowhere.
func (d *draft) unusedVariables() {
	for _, name := range slices.Sorted(maps.Keys(d.variables)) {
		if v := d.variables[name]; !v.used && !v.ambient() {
			d.note(v.at, Skipped, name, "nothing that was imported uses it")
		}
	}
}
