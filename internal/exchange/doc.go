// Package exchange holds the words of the request path: one request, its answer, and what handles them. No I/O is here.
//
// In: what a connection's reader made of a request. Out: a Reply, and a Note of how it went.
// Used by proxy, the layers, gateway, mesh, and everything that calls a service; imports R0 only.
// Concurrency: an Exchange belongs to one goroutine at a time, and Handle never runs twice at once on it: who needs that forks it.
// Layers and handlers are immutable and shared; their state lives beside them, by key.
package exchange
