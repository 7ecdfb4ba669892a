package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var callNoun = noun{
	name: "call", says: "a call", later: []string{"auth", "breaker", "cache", "fault", "hedge", "limit", "mirror", "shadow", "validate", "when"},
	keys: []key{
		{name: "timeout", doc: "How long a call may take, its tries together.", shape: &instant, standard: unit.Duration(graph.DefaultCallTimeout), example: "2s"},
		{name: "retry", doc: "How often and after what it is tried again.", shape: &shape{says: "a map", noun: &retryNoun}, example: "{attempts: 3}"},
		{name: "allow", doc: "What may be called, as METHOD and path; everything when it is not given.", shape: &allows, example: "[GET /products/**]"},
	},
}

var (
	calls = shape{
		says: "a list of names", item: &word,
		or: &shape{says: "a map of calls", names: &calleeName, value: &shape{says: "a map", noun: &callNoun}, or: &shape{
			says: "one name", forms: []form{text}, parse: parseText, kind: "string",
		}},
	}
	allowed = shape{says: "a method and a path", forms: []form{text}, parse: parseAllow, kind: "string", pattern: `^(\*|[A-Z]+) +/`}
	allows  = shape{says: "a list of methods and paths", item: &allowed, or: &allowed}
)

// parseAllow reads `GET /products/**`; the method may be *.
func parseAllow(text string) (any, error) {
	method, path, spaced := strings.Cut(strings.TrimSpace(text), " ")
	path = strings.TrimLeft(path, " ")
	if !spaced {
		hint := "write a method and a path: GET /products/**"
		if strings.HasPrefix(method, "/") {
			hint = fmt.Sprintf("write \"* %s\" for every method", method)
		}
		return nil, wrongly(fmt.Sprintf("%q is no method and path", text), hint)
	}
	if method != "*" {
		if _, err := oneOf(methodNames...)(method); err != nil {
			return nil, err
		}
	}
	if _, err := parsePattern(path); err != nil {
		return nil, err
	}
	return graph.Allow{Method: method, Path: path}, nil
}

// calls are the declared calls, sorted by callee.
func (s scope) calls(caller string) []*graph.Call {
	var all []*graph.Call
	for _, e := range s.callees() {
		if s.known(e.key, e.at, fmt.Sprintf("service %q", caller)) {
			all = append(all, s.of(e, &callNoun, s.sub("calls")+"."+e.key).call(e))
		}
	}
	slices.SortStableFunc(all, func(a, b *graph.Call) int { return cmp.Compare(a.To, b.To) })
	return all
}

// callees are the entries of the map, or those that a list or one name stands for.
func (s scope) callees() []entry {
	e, _, given := s.find("calls")
	if !given {
		return nil
	}
	if e.value.form == table {
		return slices.DeleteFunc(slices.Clone(e.value.keys), func(one entry) bool { return one.value.form != table && one.value.form != nothing })
	}
	var all []entry
	for _, name := range s.list("calls") {
		if at := slices.IndexFunc(all, func(one entry) bool { return one.key == name.text }); at >= 0 {
			s.add(refuse(name.at, diag.DuplicateName, "the call to %q is declared twice", name.text).
				WithHint("remove one; the first is at %s", all[at].at.position()))
			continue
		}
		all = append(all, entry{name.text, name.at, &node{at: name.at}})
	}
	return all
}

func (s scope) call(e entry) *graph.Call {
	c := &graph.Call{To: e.key, At: e.at.position(), Timeout: s.duration("timeout")}
	retry, given := s.table("retry")
	c.Retry = retry.retry()
	if !given {
		c.Retry.At = c.At
	}
	for _, one := range s.list("allow") {
		value, err := parseAllow(one.text)
		if err != nil {
			continue // reported
		}
		allow := value.(graph.Allow)
		allow.At = one.at.position()
		c.Allow = append(c.Allow, allow)
	}
	return c
}
