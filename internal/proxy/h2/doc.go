// Package h2 speaks HTTP/2 (RFC 9113) on both sides of the engine: each stream is an exchange.
//
// In: connections that begin with the preface, handed over by proxy.Server; exchanges whose Endpoint speaks HTTP/2.
// Out: Server, which serves such connections, and Transport, an exchange.Handler that sends over them.
// Used by node, which joins both to the engine; its parent knows it through the interfaces Framed and exchange.Handler.
// Concurrency: a connection has one goroutine that reads and never runs a handler; a stream of a server has a goroutine that is
// kept for the next one. Who has something to send appends it and writes, unless another is writing: that one takes it along.
//
// Frames are read by golang.org/x/net/http2's Framer and header blocks by its hpack; they are written by this package, without a
// dynamic table, so that no stream waits for another one's head.
package h2
