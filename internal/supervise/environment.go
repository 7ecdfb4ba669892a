package supervise

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// Value is one variable of an instance's environment and where it comes from.
type Value struct {
	Name, Value string
	// Source is one of those below; At is the place in the file, nowhere for what the file does not say.
	Source string
	At     diag.Position
	// Over are those that it won over, the strongest first.
	Over []Origin
}

// Origin is where a value comes from.
type Origin struct {
	Source string
	At     diag.Position
}

// The sources of variables. A later one wins over an earlier one.
const (
	FromDotenv   = "env file"
	FromOutside  = "environment of banyan up"
	FromPlatform = "platform"
	FromCall     = "declared call"
	FromResource = "resource"
	FromFile     = "env"
)

// Place is what an environment depends on.
type Place struct {
	App     *graph.App
	Service *graph.Service
	// Instance is `orders.2`; Port is where it shall listen on loopback, 0 for what listens on nothing.
	Instance string
	Port     int
	Run      string
	Release  string
	// Edges are the addresses (host:port) of the declared calls, by callee.
	Edges map[string]string
	// Resources are the ports of those that it uses, by name; of one that is missing, or 0, the port is not known.
	Resources map[string]int
	// Environ is what banyan up was started with ("K=V").
	Environ []string
}

// Environment is the whole environment of an instance: what the contract with a service promises, each name once,
// sorted. It is pure.
func Environment(p Place) []Value {
	values := map[string]Value{}
	set := func(v Value) {
		if old, was := values[v.Name]; was {
			v.Over = append([]Origin{{old.Source, old.At}}, old.Over...)
		}
		values[v.Name] = v
	}
	for _, v := range p.Service.Files {
		if !ours(v.Name) {
			set(Value{Name: v.Name, Value: v.Value, Source: FromDotenv, At: v.At})
		}
	}
	for _, variable := range p.Environ {
		if name, value, is := strings.Cut(variable, "="); is && name != "" && !ours(name) {
			set(Value{Name: name, Value: value, Source: FromOutside})
		}
	}
	for _, v := range p.platform() {
		set(v)
	}
	for _, call := range p.Service.Calls {
		address, open := p.Edges[call.To]
		if !open {
			continue
		}
		for _, v := range graph.CallVariables(call.To, address) {
			set(Value{Name: v.Name, Value: v.Value, Source: FromCall, At: call.At})
		}
	}
	for _, use := range p.Service.Uses {
		if resource, there := p.App.Resource(use.Resource); there {
			for _, v := range resource.Variables(p.Resources[use.Resource]) {
				if strings.Contains(v.Value, graph.PortMark) {
					continue // nobody knows where it is: a wrong address is worse than none
				}
				set(Value{Name: v.Name, Value: v.Value, Source: FromResource, At: v.At})
			}
		}
	}
	for _, v := range p.Service.Env {
		set(Value{Name: v.Name, Value: p.own(v.Value), Source: FromFile, At: v.At})
	}
	sorted := make([]Value, 0, len(values))
	for _, v := range values {
		sorted = append(sorted, v)
	}
	slices.SortFunc(sorted, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	return sorted
}

// own is a value of what is started itself: a resource may name its port.
func (p Place) own(text string) string {
	if p.Service.Resource == nil {
		return text
	}
	return graph.Ported(text, p.Port)
}

// ours are names that a banyan passes to itself: an outer one's must not reach a service.
func ours(name string) bool { return strings.HasPrefix(name, "BANYAN_") }

func (p Place) platform() []Value {
	attributes := []string{
		"service.name=" + p.Service.Name,
		"service.instance.id=" + p.Instance,
		"deployment.environment.name=" + p.App.Environment,
		"banyan.release=" + p.Release,
	}
	var set []graph.Variable
	if p.Port > 0 {
		set = []graph.Variable{{Name: "PORT", Value: strconv.Itoa(p.Port)}, {Name: "HOST", Value: "127.0.0.1"}}
	}
	set = append(set, []graph.Variable{
		{Name: "OTEL_SERVICE_NAME", Value: p.Service.Name},
		{Name: "OTEL_RESOURCE_ATTRIBUTES", Value: strings.Join(attributes, ",")},
		{Name: "BANYAN_RUN", Value: p.Run},
		{Name: "BANYAN_APP", Value: p.App.Name},
		{Name: "BANYAN_SERVICE", Value: p.Service.Name},
		{Name: "BANYAN_INSTANCE", Value: p.Instance},
	}...)
	var values []Value
	for _, v := range set {
		values = append(values, Value{Name: v.Name, Value: v.Value, Source: FromPlatform, At: p.Service.At})
	}
	return values
}

func pairs(values []Value) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.Name + "=" + v.Value
	}
	return all
}
