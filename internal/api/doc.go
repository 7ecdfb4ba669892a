// Package api is the control API of a running application: its resources, the server that answers for them, and the client.
//
// In: read models and operations, through interfaces that this package declares. Out: an http.Handler, an OpenAPI document
// made from the one table of operations, and a Client whose every call names an operation of that table.
// Used by node, which serves it on the control socket and on loopback, and by cli, which knows a running application through
// the Client alone.
// Concurrency: Server and Client are safe for any goroutine; the models are values.
package api
