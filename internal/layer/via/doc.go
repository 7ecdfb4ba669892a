// Package via marks a message as carried by Banyan (RFC 9110 §7.6.3).
//
// In: a request. Out: one more line of Via.
// Used by mesh; knows nothing of the graph.
// Concurrency: the layer has no state.
package via
