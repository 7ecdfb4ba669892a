// Package path brings the path into the one form in which it is matched, authorised and forwarded.
//
// In: a path as received. Out: the form of proxy.NormalizePath, or a refusal.
// Used by gateway and mesh, before anything that reads the path; knows nothing of the graph.
// Concurrency: the layer has no state.
package path
