package spec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// defaultEnvironment is the one that banyan.local.yaml lies over.
const defaultEnvironment = graph.DefaultEnvironment

// laterPlatform are capabilities of the whole application that are still to come.
var laterPlatform = []string{
	"auth", "cache", "config", "data", "engines", "events", "functions", "limit", "mesh", "policy", "release",
	"sagas", "scale", "secrets", "sites", "slo",
}

var appNoun = noun{
	name: "app", says: "the application", later: laterPlatform,
	foreign: map[string]string{
		"name": "app", "version": "banyan", "imports": "include", "routes": "routes belong to the gateway: gateway: {routes: []}",
		"contract": "a contract is of a service or of an external one: services: {orders: {contract: ./openapi.yaml}}",
	},
	keys: []key{
		{name: "$schema", doc: "The JSON Schema of this file, for editors; it changes nothing.", shape: &literal, example: "./banyan.schema.json"},
		{name: "banyan", doc: "The version of this format.", shape: &version, needed: true, example: "1"},
		{name: "app", doc: "The name of the application.", shape: &nameWord, needed: true, example: "shop"},
		{name: "include", doc: "Further files of the application; paths are relative to this file.", shape: &paths, example: "[services/orders.yaml]"},
		envFilesKey,
		{name: "gateway", doc: "Where the application listens, and what it exposes.", shape: &shape{says: "a map", noun: &gatewayNoun}, example: "{listen: \"127.0.0.1:8080\"}"},
		{name: "services", doc: "The services by name.", shape: &services, example: "{orders: {run: ./orders}}"},
		{name: "external", doc: "Services that others run, by name.", shape: &externals, example: "{bank: {url: \"https://bank.example\"}}"},
		{name: "resources", doc: "Databases, caches and brokers that services use, by name.", shape: &resources, example: "{kv: {run: ./kv}}"},
		{name: "tasks", doc: "One-off processes with a service's environment, by name.", shape: &tasks, example: "{migrate: {run: ./migrate}}"},
		{name: "groups", doc: "Named subsets of the services, to be started by their name; a group may name groups.", shape: &groups, example: "{checkout: [orders, payments]}"},
		telemetryKey,
		{name: "environments", doc: "What differs in an environment, by its name: maps merge, lists replace, null removes.", shape: &environments, example: "{staging: {services: {}}}"},
	},
}

var (
	version = shape{says: "the number 1", forms: []form{whole}, parse: parseVersion, literal: true, kind: "integer", enum: []string{"1"}}
	onePath = shape{says: "a path", forms: []form{text}, parse: parseText, literal: true, kind: "string"}
	paths   = shape{says: "a list of paths", item: &onePath, or: &onePath}
)

func parseVersion(text string) (any, error) {
	if text != "1" {
		return nil, wrongly(fmt.Sprintf("this Banyan reads version 1 of the format, not %s", text), "write banyan: 1, or use a Banyan that reads it")
	}
	return 1, nil
}

// app reads the whole tree.
func (r *reader) app(tree *node) *graph.App {
	s := scope{reader: r, kind: &appNoun, n: tree, at: tree.at.file.start()}
	app := &graph.App{At: s.at.position()}
	if s.needTop("banyan") {
		_, _ = valueOf[int](s, "banyan")
	}
	if s.needTop("app") {
		name, at := valueOf[string](s, "app")
		app.Name, app.At = name, at.position()
	}
	r.declare(s)
	s.share()
	gateway, _ := s.table("gateway")
	app.Edge = gateway.gateway()
	telemetry, _ := s.table("telemetry")
	app.Telemetry = telemetry.telemetry()
	services, external := s.entries("services"), s.entries("external")
	for _, e := range named(s.entries("resources")) {
		resource, runs := s.resource(e)
		if app.Resources = append(app.Resources, resource); runs != nil {
			app.Services = append(app.Services, runs)
		}
	}
	for _, e := range named(services) {
		app.Services = append(app.Services, s.service(e))
	}
	for _, e := range named(external) {
		app.External = append(app.External, s.external(e))
	}
	slices.SortFunc(app.Services, func(a, b *graph.Service) int { return cmp.Compare(a.Name, b.Name) })
	app.Groups = s.groups()
	slices.SortFunc(app.External, func(a, b *graph.External) int { return cmp.Compare(a.Name, b.Name) })
	for _, e := range named(s.entries("tasks")) {
		app.Tasks = append(app.Tasks, s.task(e, app))
	}
	slices.SortFunc(app.Tasks, func(a, b *graph.Task) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(app.Resources, func(a, b *graph.Resource) int { return cmp.Compare(a.Name, b.Name) })
	r.judge(app)
	r.reveal(app)
	return app
}

func (s scope) needTop(name string) bool {
	if e, given := s.n.find(name); given && e.value.form != nothing {
		return true
	}
	k, _ := s.kind.key(name)
	s.add(refuse(s.at, diag.MissingKey, "the file has no %s", name).WithHint("add %s: %s", name, k.example))
	return false
}

// declare notes every name that can be called or used, and refuses one that two nouns have.
func (r *reader) declare(s scope) {
	taken := map[string]declaration{}
	for _, kind := range []struct {
		key, says string
		names     map[string]origin
	}{{"services", "a service", r.declared}, {"external", "external", r.declared}, {"resources", "a resource", r.stored}, {"tasks", "a task", r.chores}} {
		for _, e := range s.n.get(kind.key).entries() {
			if first, twice := taken[e.key]; twice {
				r.found.Add(refuse(e.at, diag.DuplicateName, "%q is %s and %s too", e.key, first.says, kind.says).WithHint("rename one; the other is at %s", first.at.position()))
				continue
			}
			taken[e.key], kind.names[e.key] = declaration{kind.says, e.at}, e.at
			if kind.key == "external" {
				r.outside[e.key] = true
			}
		}
	}
	r.names = sortedKeys(r.declared)
}

// declaration is what has a name, and where.
type declaration struct {
	says string
	at   origin
}

func sortedKeys[V any](all map[string]V) []string { return slices.Sorted(maps.Keys(all)) }

func (n *node) entries() []entry {
	if n == nil || n.form != table {
		return nil
	}
	return n.keys
}

// named are the entries that are nouns, or names alone; others were reported.
func named(all []entry) []entry {
	return slices.DeleteFunc(all, func(e entry) bool { return e.form() != table && e.form() != nothing })
}
