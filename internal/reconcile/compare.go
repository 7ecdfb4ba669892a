package reconcile

import (
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// Action is what a change of the file leads to.
type Action string

// A Restart and a Rebuild replace instances one by one; a Swap touches none.
const (
	Start   Action = "start"
	Stop    Action = "stop"
	Restart Action = "restart"
	Rebuild Action = "rebuild"
	Scale   Action = "scale"
	Swap    Action = "swap"
)

// Change is one thing that another file changes.
type Change struct {
	Action Action
	// Subject is a service, a resource, a task, an external one, a group, or graph.Gateway.
	Subject string
	Text    string
	At      diag.Position
}

// compare tells what differs, whatever runs of it.
func compare(old, next *graph.App) []Change {
	var all []Change
	for _, s := range next.Services {
		before, there := old.Service(s.Name)
		if !there {
			all = append(all, Change{Start, s.Name, starting(s), s.At})
			continue
		}
		all = append(all, differences(s.Name, "", factsOf(old, before), factsOf(next, s), s.At)...)
	}
	for _, s := range old.Services {
		if _, there := next.Service(s.Name); !there {
			all = append(all, Change{Stop, s.Name, gone, diag.Position{}})
		}
	}
	all = append(all, compareExternal(old, next)...)
	all = append(all, compareTasks(old, next)...)
	all = append(all, compareGroups(old, next)...)
	all = append(all, compareEdge(old.Edge, next.Edge)...)
	return append(all, compareTelemetry(old.Telemetry, next.Telemetry)...)
}

// gone is why a service ends that the file had.
const gone = "it is not in the file any more"

func starting(s *graph.Service) string {
	text := fmt.Sprintf("%d instances", s.Replicas.Count)
	if s.Replicas.Count == 1 {
		text = "1 instance"
	}
	if len(s.Build.Argv) > 0 {
		return "after its build, " + text
	}
	return text
}

// differences compares two sorted lists of facts.
func differences(subject, prefix string, old, next []fact, at diag.Position) []Change {
	before, after := byKey(old), byKey(next)
	var all []Change
	add := func(then Action, text string, at diag.Position) {
		all = append(all, Change{then, subject, prefix + text, at})
	}
	for _, f := range next {
		b, was := before[f.key]
		switch {
		case was && b.value != f.value:
			add(f.then, f.key+changed(b.shown, f.shown), f.at)
		case !was && !missing(before, f.of):
			add(f.then, f.key+" added"+colon(f), f.at)
		}
	}
	for _, f := range old {
		if _, is := after[f.key]; !is && !missing(after, f.of) {
			add(f.then, f.key+" removed", at)
		}
	}
	return all
}

func changed(from, to string) string {
	switch {
	case from == to:
		return " changed, the secret in it is not shown"
	case from == "":
		return " set to " + to
	case to == "":
		return " " + from + " removed"
	}
	return " " + from + " → " + to
}

func colon(f fact) string {
	if f.shown == "" || f.shown == "declared" {
		return ""
	}
	return ": " + f.shown
}

func byKey(facts []fact) map[string]fact {
	all := make(map[string]fact, len(facts))
	for _, f := range facts {
		all[f.key] = f
	}
	return all
}

func missing(facts map[string]fact, key string) bool {
	_, there := facts[key]
	return key != "" && !there
}

func compareExternal(old, next *graph.App) []Change {
	var all []Change
	for _, e := range next.External {
		before, there := old.ExternalService(e.Name)
		if !there {
			all = append(all, Change{Swap, e.Name, "external service added: " + address(e), e.At})
			continue
		}
		all = append(all, differences(e.Name, "", externalFacts(before), externalFacts(e), e.At)...)
	}
	for _, e := range old.External {
		if _, there := next.ExternalService(e.Name); !there {
			all = append(all, Change{Swap, e.Name, "external service removed", diag.Position{}})
		}
	}
	return all
}

func address(e *graph.External) string {
	if e.URL != "" {
		return e.URL
	}
	return strings.Join(e.Endpoints, ", ")
}
