// Package deadline bounds an exchange by a timeout; of several bounds the earliest holds.
//
// In: a timeout, and whether a debugger holds somebody on the way. Out: x.Deadline.
// Used by gateway, with the route's timeout, and mesh, with the call's; knows nothing of the graph.
// Concurrency: the layer has no state.
package deadline
