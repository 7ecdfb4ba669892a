package graph

import (
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Edge is the gateway: where it listens, and what it exposes.
type Edge struct {
	At diag.Position
	// Listen is host:port.
	Listen   string
	ListenAt diag.Position
	// HTTPS is host:port on loopback for the same under TLS, empty for none; App.HTTPS says whether it is used.
	HTTPS   string
	HTTPSAt diag.Position
	Timeout time.Duration
	// Routes are in the order of the file, which decides nothing.
	Routes []*Route
}

// Route is what the gateway exposes.
type Route struct {
	// Name is the declared one, or host and path.
	Name string
	At   diag.Position
	Host string
	// Methods are upper case; empty is any.
	Methods []string
	// Path is the pattern: `/a/**`, `*` for one segment, `{id}` for one that is captured.
	Path   string
	PathAt diag.Position
	// Targets have at least one entry, weights are positive.
	Targets []Target
	// Strip is a prefix that is cut, Rewrite a pattern that replaces the path; one at most is set.
	Strip, Rewrite string
	RewriteAt      diag.Position
	Timeout        time.Duration
}

// Target is a callee and its share.
type Target struct {
	To     string
	Weight int
	At     diag.Position
}

// LeadsTo tells whether the route has the callee among its targets.
func (r *Route) LeadsTo(name string) bool {
	return slices.ContainsFunc(r.Targets, func(t Target) bool { return t.To == name })
}
