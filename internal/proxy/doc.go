// Package proxy carries exchanges: it turns connections into exchanges, and sends exchanges to instances.
//
// In: connections, and exchange.Handler to answer what comes over them; Endpoints, which says where a callee's instances are.
// Out: Server (HTTP/1.1 by a strict parser of its own, HTTP/2 with prior knowledge), Transport, Balance, Stream, NormalizePath.
// Used by gateway, mesh and node; knows nothing of routes, edges or the graph. Its child nethttp adapts to net/http.
// Concurrency: one goroutine a connection; a body that is sent while its answer is awaited has one more. Server, Transport,
// State and Stream may be used from any goroutine; what they share on the request path are atomics.
//
// Heads: Host is in Head.Authority and not among the fields; fields that concern one connection (RFC 9110 §7.6.1) never
// reach a handler, but for `Connection: Upgrade` with Upgrade, and `TE: trailers`. Names keep their case over HTTP/1;
// over HTTP/2 they come in net/http's canonical case, sorted. Trailers that HTTP/2 requests did not announce are dropped.
package proxy
