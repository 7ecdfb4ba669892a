package route

import (
	"cmp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
)

// Rule is one route. It is immutable.
type Rule struct {
	// Host is exact, `*.` and a suffix, or empty for any; lower case, without a port.
	Host string
	// Methods are upper case; empty is any.
	Methods []string
	Pattern *layer.Pattern
	// Route is what an exchange that matches is given.
	Route *exchange.Route
	At    diag.Position
}

// Table finds rules. It is immutable, and the order in which the rules were given decides nothing.
type Table struct{ hosts []hosted }

// hosted are the rules of one host.
type hosted struct {
	host string
	root *node
}

// node is a place between segments.
type node struct {
	literal map[string]*node
	one     *node
	// end are rules whose pattern ends here, rest those that go on with `**`.
	end, rest []*Rule
}

// NewTable makes a table of rules among which none conflict.
func NewTable(rules []*Rule) *Table {
	t := &Table{}
	for _, r := range rules {
		t.root(r.Host).add(r, r.Pattern.Segments)
	}
	slices.SortFunc(t.hosts, func(a, b hosted) int { return compareHosts(b.host, a.host) })
	return t
}

func (t *Table) root(host string) *node {
	for _, h := range t.hosts {
		if h.host == host {
			return h.root
		}
	}
	t.hosts = append(t.hosts, hosted{host, &node{}})
	return t.hosts[len(t.hosts)-1].root
}

func (n *node) add(r *Rule, segments []layer.Segment) {
	if len(segments) == 0 {
		n.end = append(n.end, r)
		return
	}
	switch s := segments[0]; s.Kind {
	case layer.Rest:
		n.rest = append(n.rest, r)
	case layer.One:
		if n.one == nil {
			n.one = &node{}
		}
		n.one.add(r, segments[1:])
	default:
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[s.Text] == nil {
			n.literal[s.Text] = &node{}
		}
		n.literal[s.Text].add(r, segments[1:])
	}
}

// compareHosts is above 0 when a is the more specific: exact before wildcard before none, a longer wildcard before a shorter.
func compareHosts(a, b string) int {
	wild := func(h string) bool { return h == "" || h[0] == '*' }
	if wild(a) != wild(b) {
		if wild(a) {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// matchesHost takes a host in lower case without its port. `*.shop.example` matches names of any depth below shop.example.
func matchesHost(pattern string, host []byte) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	switch {
	case pattern == "":
		return true
	case wild:
		return len(host) > len(suffix) && string(host[len(host)-len(suffix):]) == suffix
	}
	return string(host) == pattern
}

// Walk visits the rules that match host and path, the most specific first; rules that are visited together differ in their methods
// alone. visit ends the walk with false.
func (t *Table) Walk(authority, path string, visit func([]*Rule) bool) {
	if path == "" || path[0] != '/' {
		return // the asterisk of OPTIONS (RFC 9112 §3.2.4) is no path
	}
	var buf [256]byte
	host := layer.AppendHost(buf[:0], authority)
	for _, h := range t.hosts {
		if matchesHost(h.host, host) && !h.root.walk(path, visit) {
			return
		}
	}
}

// walk goes to the left-most most specific segment first; each node is visited once at most.
func (n *node) walk(path string, visit func([]*Rule) bool) bool {
	if path == "" {
		return (len(n.end) == 0 || visit(n.end)) && (len(n.rest) == 0 || visit(n.rest))
	}
	segment, rest := layer.Cut(path)
	if child := n.literal[segment]; child != nil && !child.walk(rest, visit) {
		return false
	}
	if segment != "" && n.one != nil && !n.one.walk(rest, visit) {
		return false
	}
	return len(n.rest) == 0 || visit(n.rest)
}
