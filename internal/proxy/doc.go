// Package proxy carries exchanges: it turns connections into exchanges, and sends exchanges to instances.
//
// In: connections, and exchange.Handler to answer what comes over them; exchanges whose Endpoint is set, to be sent there.
// Out: Server (HTTP/1.1 by a strict parser of its own), Transport, NormalizePath, and what its children
// need: Join, PeerOf, Idempotent, Expired.
// Used by gateway, layer, mesh and node; knows nothing of routes, edges or the graph. Its child balance chooses the endpoint and tries
// again; its child h2 speaks HTTP/2, behind the interface Framed; its child nethttp adapts net/http.
// Concurrency: one goroutine a connection; a body that is sent while its answer is awaited has one more. Server and Transport
// may be used from any goroutine; what they share on the request path are atomics.
//
// Heads: Host is in Head.Authority and not among the fields; fields that concern one connection (RFC 9110 §7.6.1) never
// reach a handler, but for `Connection: Upgrade` with Upgrade, and `TE: trailers`. Names keep their case over HTTP/1;
// over HTTP/2 they are in lower case, as they came.
package proxy
