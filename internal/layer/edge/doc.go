// Package edge writes down which declared call an exchange travels on.
//
// In: the names of caller and callee. Out: x.Edge.
// Used by mesh, outermost, so that a refusal is attributed too; knows nothing of the graph.
// Concurrency: the layer has no state.
package edge
