// Package external asks an external service as its URL says: its host in Host, its path before the request's.
//
// In: a Program an external service. Out: another authority and path, put back once the exchange was handled.
// Used by mesh, innermost; knows nothing of the graph.
// Concurrency: a Program is immutable.
package external
