// Package rewrite gives the callee another path than the client asked for: a prefix cut, or a template filled with captures.
//
// In: a Program a route. Out: a changed path, checked again, and put back once the exchange was handled.
// Used by gateway; knows nothing of the graph.
// Concurrency: a Program is immutable.
package rewrite
