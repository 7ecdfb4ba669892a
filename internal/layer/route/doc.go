// Package route finds the rule of the gateway that a request matches: the Kubernetes Gateway API's precedence, never the order of the file.
//
// In: rules. Out: a Table, and a Layer that sets x.Route.
// Used by gateway; knows nothing of the graph.
// Concurrency: a Table is immutable; matching allocates nothing.
package route
