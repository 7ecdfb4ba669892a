package spec

import (
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/dotenv"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

// reader turns the merged tree into the graph. Every value is read through its noun's table, which gives the default when the
// value is not there, and is recorded with where it came from.
type reader struct {
	found *diag.List
	exprs *expressions
	root  string
	// state is the folder of what is kept of the copy; apart says that it runs beside others.
	state  string
	apart  bool
	values []Value
	// variablesOf reads a file of variables; shared are those of the whole application, sharedFiles where they stand.
	variablesOf func(envFile) []dotenv.Line
	shared      []graph.Variable
	sharedFiles []envFile
	// declared are the services and external ones by name, where they stand; names are theirs, sorted.
	declared map[string]origin
	names    []string
	// outside are the external ones.
	outside map[string]bool
	// stored are the resources by name, where they stand, chores the tasks.
	stored, chores map[string]origin
	// dangling counts the names that nothing has.
	dangling int
	// contracts are the documents that services name.
	contracts []*file
}

// scope is one noun while it is read.
type scope struct {
	*reader
	kind *noun
	n    *node
	// at is where the noun stands, for what it lacks; path names it among the resolved values.
	at     origin
	path   string
	within context
}

func (s scope) add(d diag.Diagnostic) { s.found.Add(d) }

func (s scope) sub(name string) string {
	if s.path == "" {
		return name
	}
	return s.path + "." + name
}

// find is the entry of a key with its expressions evaluated; false when there is none, or nothing in it that can be read.
func (s scope) find(name string) (entry, *shape, bool) {
	k, known := s.kind.key(name)
	if !known {
		panic("spec: the table of " + s.kind.name + " has no key " + name)
	}
	e, given := s.n.find(name)
	if !given {
		return entry{}, k.shape, false
	}
	e, ok := s.evaluated(e, k.shape)
	return e, k.shape, ok
}

// evaluated puts in what expressions give, and checks it as the file's own values were checked.
func (s scope) evaluated(e entry, shape *shape) (entry, bool) {
	if e.value.dynamic() {
		if one := shape.scalar(); one != nil && one.literal {
			return e, false // reported
		}
		value, found := s.exprs.evaluate(e.value, s.withinOf(e.value))
		if *s.found = append(*s.found, found...); len(found) > 0 {
			return e, false
		}
		e.value = value
		checker{found: s.found, exprs: s.exprs, within: s.within}.value(e, shape, shape.example())
	}
	fit := shape.pick(e.value.form)
	return e, fit != nil
}

// withinOf is what the expressions of a value may use: those of overlays may read the process's environment.
func (s scope) withinOf(n *node) context {
	within := s.within
	within.environment = within.environment || n.at.layer != ""
	return within
}

// valueOf is one scalar: the value that is given, else the default, else zero.
func valueOf[T any](s scope, name string) (T, origin) {
	e, shape, given := s.find(name)
	if fit := shape.pick(e.form()); given && fit != nil && fit.parse != nil {
		value, d := fit.read(e)
		if d == nil {
			s.record(s.sub(name), plainNode(e.value), e, s.fallback(name))
			return value.(T), e.mark()
		}
		s.add(*d)
	}
	k, _ := s.kind.key(name)
	var value T
	if k.standard == "" {
		return value, s.at
	}
	if parsed, err := shape.scalar().parse(k.standard); err == nil {
		value = parsed.(T)
	}
	if !given {
		s.recordDefault(s.sub(name), value)
	}
	return value, s.at
}

// fallback is the default of a key, nil when it has none.
func (s scope) fallback(name string) any {
	k, _ := s.kind.key(name)
	if k.standard == "" {
		return nil
	}
	parsed, _ := k.shape.scalar().parse(k.standard) // a test reads every default of the tables
	return parsed
}

// text, duration and number are the kinds that are asked for often.
func (s scope) text(name string) string { v, _ := valueOf[string](s, name); return v }

func (s scope) duration(name string) time.Duration { v, _ := valueOf[time.Duration](s, name); return v }

func (s scope) number(name string) (int, origin) { return valueOf[int](s, name) }

// item is one entry of a list.
type item struct {
	text  string
	at    origin
	plain any
}

// list is a list of texts, or one text alone.
func (s scope) list(name string) []item {
	e, shape, given := s.find(name)
	if !given {
		return nil
	}
	items, plain := s.items(e, shape), []any{}
	for _, one := range items {
		plain = append(plain, one.plain)
	}
	s.record(s.sub(name), plain, e, nil)
	return items
}

// items are the texts of a list that an entry holds, or of the one text that it is.
func (s scope) items(e entry, shape *shape) []item {
	nodes, fit := []*node{e.value}, shape.pick(e.value.form)
	if e.value.form == list {
		nodes, fit = e.value.items, shape.pick(list).item
	}
	items := []item{}
	for i, n := range nodes {
		one := entry{e.key, e.at, n}
		if e.value.form == list {
			one.key = fmt.Sprintf("entry %d of %s", i+1, e.key)
		}
		one, ok := s.evaluated(one, fit)
		if !ok {
			continue
		}
		if _, d := fit.pick(one.value.form).read(one); d != nil {
			s.add(*d)
			continue
		}
		items = append(items, item{one.value.text, one.value.at, plainNode(one.value)})
	}
	return items
}

// table is the scope of a noun under a key; false when the key is absent or no map.
func (s scope) table(name string) (scope, bool) {
	e, shape, given := s.find(name)
	fit := shape.pick(table)
	if !given || e.value.form != table || fit.noun == nil {
		return scope{reader: s.reader, kind: fit.noun, at: s.at, path: s.sub(name), within: s.within}, false
	}
	return s.of(e, fit.noun, s.sub(name)), true
}

// of is the scope of a noun that an entry holds.
func (s scope) of(e entry, kind *noun, path string) scope {
	n := e.value
	if n.form != table {
		n = nil
	}
	return scope{reader: s.reader, kind: kind, n: n, at: e.at, path: path, within: s.within}
}

// entries are a map's names that can be read, with their values; what is nothing is a name alone.
func (s scope) entries(name string) []entry {
	e, shape, given := s.find(name)
	if !given || e.value.form != table {
		return nil
	}
	var all []entry
	for _, one := range e.value.keys {
		if shape.pick(table).value != nil {
			all = append(all, one)
		}
	}
	return all
}

// need reports what the noun cannot be without.
func (s scope) need(name string) bool {
	e, given := s.n.find(name)
	if given && e.value.form != nothing {
		return true
	}
	k, _ := s.kind.key(name)
	s.add(refuse(s.at, diag.MissingKey, "%s has no %s", s.path, name).WithHint("add one, such as %s: %s", name, k.example))
	return false
}

// form is the form of the value, nothing when there is none.
func (e entry) form() form {
	if e.value == nil {
		return nothing
	}
	return e.value.form
}

// standard is a default for people.
func standard(value any) any {
	switch v := value.(type) {
	case time.Duration:
		return unit.Duration(v)
	case byteSize:
		return v.String()
	}
	return value
}
