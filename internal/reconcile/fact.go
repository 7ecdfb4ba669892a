package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/unit"
)

// fact is one thing that the file says of a noun, and what follows when it says otherwise.
type fact struct {
	// key is as a person finds it in the file; within one noun it is unique.
	key string
	// of is the key of a fact without which this one says nothing of its own.
	of string
	// value is what is compared, shown what a person may see of it.
	value, shown string
	at           diag.Position
	then         Action
}

// factsOf are the facts of a service. They are the one source of both what Compare tells and what a release is: the hash
// of those that an instance is started from.
func factsOf(app *graph.App, s *graph.Service) []fact {
	built := Restart
	if len(s.Build.Argv) > 0 {
		built = Rebuild
	}
	all := []fact{
		{key: "app", value: app.Name, then: Restart},
		{key: "environment", value: app.Environment, then: Restart},
		{key: "run", value: command(s.Run.Argv), at: s.Run.At, then: Restart},
		{key: "build", value: command(s.Build.Argv), at: s.Build.At, then: built},
		{key: "dir", value: relative(app.Root, s.Dir), then: built},
		{key: "expose", value: string(s.Protocol), then: Restart},
		{key: "replicas", value: strconv.Itoa(s.Replicas.Count), at: s.Replicas.At, then: Scale},
		{key: "owner", value: s.Owner, then: Swap},
		{key: "grace", value: exact(s.Grace), then: Swap},
		contractFact(s.Contract),
		{key: "override", value: s.Replaced.String(), then: Swap},
	}
	for _, v := range s.Given() {
		all = append(all, fact{key: "env." + v.Name, value: "=" + v.Value, shown: redact.Variable(v.Name, v.Value), at: v.At, then: Restart})
	}
	all = append(all, healthFacts(s.Health)...)
	for _, c := range s.Calls {
		all = append(all, callFacts(app, c)...)
	}
	for _, u := range s.Uses {
		all = append(all, useFacts(app, u)...)
	}
	all = append(all, resourceFacts(s.Resource)...)
	for i, tasks := range names(s.Hooks) {
		all = append(all, fact{key: [...]string{"hooks.before", "hooks.after"}[i], value: strings.TrimSpace(tasks), then: Swap})
	}
	return finish(append(all, watchFacts(s.Watch)...), s.At)
}

// contractFact tells another text from the one before where a mock answers from it.
func contractFact(c graph.Contract) fact {
	value := c.Shown
	if c.Text != "" {
		value = fmt.Sprintf("%s (%s)", c.Shown, releaseHash(c.Text, ""))
	}
	return fact{key: "contract", value: value, at: c.At, then: Swap}
}

func healthFacts(h graph.Health) []fact {
	kind := map[graph.HealthKind]string{
		graph.ByHTTP: "GET " + h.Path, graph.ByGRPC: strings.TrimSpace("grpc " + h.Service), graph.ByPort: "port", graph.Unprobed: "none",
	}[h.Kind]
	return []fact{
		{key: "health", value: kind, at: h.At, then: Restart},
		{key: "health.interval", value: exact(h.Interval), at: h.At, then: Restart},
		{key: "health.timeout", value: exact(h.Timeout), at: h.At, then: Restart},
		{key: "health.within", value: exact(h.Within), at: h.At, then: Restart},
		{key: "health.threshold", value: strconv.Itoa(h.Threshold), at: h.At, then: Restart},
	}
}

// callFacts: the callee is part of the environment, and so is which kind of port it is found at; how it may be called is
// the mesh's alone.
func callFacts(app *graph.App, c *graph.Call) []fact {
	key, port := "calls."+c.To, "http"
	if callee, ours := app.Service(c.To); ours && callee.Protocol == graph.TCP {
		port = "tcp"
	}
	var allow []string
	for _, a := range c.Allow {
		allow = append(allow, a.Method+" "+a.Path)
	}
	return []fact{
		{key: key, value: "declared", at: c.At, then: Restart},
		{key: key + ".port", of: key, value: port, at: c.At, then: Restart},
		{key: key + ".timeout", of: key, value: exact(c.Timeout), at: c.At, then: Swap},
		{key: key + ".retry.attempts", of: key, value: strconv.Itoa(c.Retry.Attempts), at: cmp.Or(c.Retry.At, c.At), then: Swap},
		{key: key + ".retry.on", of: key, value: list(c.Retry.On), at: cmp.Or(c.Retry.At, c.At), then: Swap},
		{key: key + ".allow", of: key, value: list(allow), at: c.At, then: Swap},
	}
}

// useFacts: what a resource exports is part of its users' environment.
func useFacts(app *graph.App, u graph.Use) []fact {
	key := "uses." + u.Resource
	all := []fact{{key: key, value: "declared", at: u.At, then: Restart}}
	resource, there := app.Resource(u.Resource)
	if !there {
		return all
	}
	for _, v := range resource.Exports {
		all = append(all, fact{key: key + "." + v.Name, of: key, value: v.Value, shown: redact.Variable(v.Name, v.Value), at: v.At, then: Restart})
	}
	return all
}

func resourceFacts(r *graph.Resource) []fact {
	if r == nil {
		return nil
	}
	port := "any"
	if r.Port > 0 {
		port = strconv.Itoa(r.Port)
	}
	return []fact{{key: "port", value: port, at: r.At, then: Restart}}
}

func watchFacts(w graph.Watch) []fact {
	on := "off"
	if w.On {
		on = "on"
	}
	return []fact{
		{key: "watch", value: on, at: w.At, then: Swap},
		{key: "watch.paths", value: list(w.Paths), at: w.At, then: Swap},
		{key: "watch.ignore", value: list(w.Ignore), at: w.At, then: Swap},
	}
}

// finish fills in what is shown and where, and sorts.
func finish(all []fact, at diag.Position) []fact {
	for i := range all {
		if all[i].shown == "" && !strings.HasPrefix(all[i].key, "env.") {
			all[i].shown = all[i].value
		}
		all[i].at = cmp.Or(all[i].at, at)
	}
	slices.SortFunc(all, func(a, b fact) int { return strings.Compare(a.key, b.key) })
	return all
}

// specHash is the hash of the facts that an instance is started from. Lengths keep two lists from reading alike.
func specHash(app *graph.App, s *graph.Service) string {
	sum := sha256.New()
	for _, f := range factsOf(app, s) {
		if f.then == Restart || f.then == Rebuild {
			fmt.Fprintf(sum, "%d %s %d %s\n", len(f.key), f.key, len(f.value), f.value)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// command writes arguments so that no two lists look alike.
func command(argv []string) string {
	words := make([]string, len(argv))
	for i, word := range argv {
		words[i] = word
		if word == "" || strings.ContainsAny(word, " \t\n\"'\\") {
			words[i] = strconv.Quote(word)
		}
	}
	return strings.Join(words, " ")
}

func list(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return "[" + command(values) + "]"
}

func relative(root, path string) string {
	if below, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(below)
	}
	return path
}

// exact is a duration as people write it, or to the nanosecond where that would round: two that differ must not read alike.
func exact(d time.Duration) string {
	text := unit.Duration(d)
	if back, err := unit.ParseDuration(text); err != nil || back != d {
		return d.String()
	}
	return text
}
