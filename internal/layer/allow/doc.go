// Package allow lets a declared call do what it lists: methods and path patterns.
//
// In: a Program a call. Out: a pass, or a refusal with the line of the list.
// Used by mesh; knows nothing of the graph.
// Concurrency: a Program is immutable; matching allocates nothing.
package allow
