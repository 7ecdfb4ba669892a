// Package declared refuses what nobody declared: denied until declared.
//
// In: the refusal, made once. Out: that refusal, for every exchange.
// Used by mesh, on edges that the file does not have; knows nothing of the graph.
// Concurrency: a cause is immutable and shared.
package declared
