// Package identity tells the callee who calls: X-Banyan-Caller.
//
// In: the caller's name. Out: the field, the only one of its name.
// Used by mesh; hygiene has removed what the caller itself sent; knows nothing of the graph.
// Concurrency: the layer has no state.
package identity
