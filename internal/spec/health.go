package spec

import (
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var healthNoun = noun{
	name: "health", says: "health",
	keys: []key{
		{name: "path", doc: "The path that answers 2xx to GET while the instance can serve.", shape: &healthPath, example: "/healthz"},
		{name: "grpc", doc: "Ask the gRPC health service: true for the whole server, or the name of one of its services.", shape: &grpcName, example: "true"},
		{name: "port", doc: "The instance is healthy while its port accepts.", shape: &yesNo, example: "true"},
		{name: "interval", doc: "How long to wait between two probes.", shape: &instant, standard: unit.Duration(graph.DefaultHealthInterval), example: "2s"},
		{name: "timeout", doc: "How long one probe may take.", shape: &instant, standard: unit.Duration(graph.DefaultHealthTimeout), example: "500ms"},
		{name: "threshold", doc: "How many probes in a row must fail until nothing is sent to the instance.", shape: &threshold, standard: fmt.Sprint(graph.DefaultHealthThreshold), example: "3"},
		{name: "within", doc: "How long an instance may take from its start to its first good probe.", shape: &instant, standard: unit.Duration(graph.DefaultHealthWithin), example: "60s"},
	},
}

var (
	healthPath = shape{says: "a path", forms: []form{text}, parse: parseHealthPath, kind: "string", pattern: "^/"}
	grpcName   = shape{says: "true", forms: []form{flag, text}, parse: parseVerbatim, kind: "string|boolean", or: &shape{says: "the name of a gRPC service"}}
	threshold  = shape{says: "a whole number", forms: []form{whole}, parse: between(1, 100), kind: "integer"}
	healths    = shape{says: "a path or none", forms: []form{text}, parse: parseHealth, kind: "string", pattern: "^(/|none$)", or: &shape{says: "a map", noun: &healthNoun}}
)

// unprobed is the word of a worker's health.
const unprobed = string(graph.Unprobed)

// parseHealth reads the short form: a path, or the word for what listens on nothing.
func parseHealth(text string) (any, error) {
	if text == unprobed {
		return text, nil
	}
	if !strings.HasPrefix(text, "/") && nearest(text, []string{unprobed}) != "" {
		return nil, wrongly(fmt.Sprintf("%q is no path", text), fmt.Sprintf("did you mean %q?", unprobed))
	}
	return parseHealthPath(text)
}

// parseHealthPath reads what is sent as a request's target (RFC 9112 §3.2.1): it may have a query.
func parseHealthPath(text string) (any, error) {
	path, query, _ := strings.Cut(text, "?")
	if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) {
		return nil, wrongly("its query has a character that must be escaped", "escape it, as %20 for a blank")
	}
	if _, err := parsePlainPath(path); err != nil {
		return nil, err
	}
	return text, nil
}

// health reads both forms; the long one's defaults are the short one's.
func (s scope) health() graph.Health {
	h := graph.Health{Kind: graph.ByPort, At: s.at.position()}
	e, _, given := s.find("health")
	in, long := s.table("health")
	switch {
	case given && e.value.form == text:
		path, at := valueOf[string](s, "health")
		h.Kind, h.Path, h.At = graph.ByHTTP, path, at.position()
		if path == unprobed {
			h.Kind, h.Path = graph.Unprobed, ""
		}
	case long:
		h.At = in.at.position()
		in.probe(&h)
	}
	if h.Kind == graph.ByPort && !long {
		s.recordDefault(in.sub("port"), true)
	}
	h.Interval, h.Timeout, h.Within = in.duration("interval"), in.duration("timeout"), in.duration("within")
	h.Threshold, _ = in.number("threshold")
	return h
}

// probe is one of path, grpc and port.
func (s scope) probe(h *graph.Health) {
	path, pathAt := valueOf[string](s, "path")
	named := []origin{}
	if path != "" {
		h.Kind, h.Path = graph.ByHTTP, path
		named = append(named, pathAt)
	}
	if e, _, given := s.find("grpc"); given && !strings.EqualFold(e.value.text, "false") {
		name, at := valueOf[string](s, "grpc")
		if e.value.form == flag {
			name = ""
		}
		h.Kind, h.Service = graph.ByGRPC, name
		named = append(named, at)
	}
	if port, at := valueOf[bool](s, "port"); port {
		named = append(named, at)
	}
	if len(named) > 1 {
		s.add(refuse(named[1], diag.BadValue, "%s is probed in %d ways", strings.TrimSuffix(s.path, ".health"), len(named)).
			WithHint("keep one of path, grpc and port"))
	}
}
