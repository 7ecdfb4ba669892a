// Package registry holds the live instances of every service as immutable snapshots, and tells of each change.
//
// In: instances and their states, from supervise; how many are expected, from reconcile. Out: per service the endpoints
// that are ready and whether one is coming, without a lock or an allocation; the list and its changes over HTTP.
// Used by supervise and reconcile, which fill it, and by node, which hands it to the proxies and to the control API.
// Concurrency: every method may be called from any goroutine; what they return is immutable.
package registry
