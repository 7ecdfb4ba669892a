package spec

import "github.com/banyan-run/banyan/internal/graph"

var exposeNoun = noun{
	name: "expose", says: "expose", later: []string{"port", "ports", "tls"},
	keys: []key{{
		name: "protocol", doc: "What the instances speak; auto asks once when an instance is ready. tcp is carried without being read.",
		shape: &protocol, standard: string(graph.DefaultProtocol), example: "grpc",
	}},
}

var protocol = shape{says: "a protocol", forms: []form{text}, parse: oneOf(protocols...), kind: "string", enum: protocols}

var protocols = []string{string(graph.Auto), string(graph.HTTP1), string(graph.H2C), string(graph.GRPC), string(graph.TCP)}

func (s scope) protocol() graph.Protocol { return graph.Protocol(s.text("protocol")) }
