// Package hygiene removes the fields that only Banyan may set from what comes from outside: X-Banyan-*, in every spelling.
//
// In: a request head as received. Out: the same without them.
// Used by gateway and mesh; knows nothing of the graph.
// Concurrency: the layer has no state.
package hygiene
