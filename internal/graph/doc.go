// Package graph is the resolved application: nouns and the edges between them, each with its place in the file.
//
// In: what spec read and resolved. Out: an immutable App; everything else that Banyan knows is derived from it.
// Used by spec, which makes it, and by every compiler of a Program; imports R0 and exchange.
// Concurrency: immutable once made; any goroutine may read it.
package graph
