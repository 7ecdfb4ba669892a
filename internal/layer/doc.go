// Package layer holds what the layers of gateway and mesh share: path patterns, causes, and the words of explanations.
//
// In: patterns as the file has them, and paths in the form of proxy.NormalizePath. Out: Pattern, Template, Verdict with its steps.
// Used by the layers, which are one child package each, and by gateway and mesh, which list them; knows nothing of the graph.
// Concurrency: patterns, templates and causes are immutable and shared; matching allocates nothing.
//
// A layer is built from a program of its own, once per snapshot. One that changes the request for its callee alone puts back what it
// changed, so that what is recorded is what the client sent.
package layer
