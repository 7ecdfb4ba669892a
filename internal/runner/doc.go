// Package runner knows what concerns one process of a service: its program, its build, its sources, its port, whether
// it is healthy, why it ended and what it uses.
//
// In: folders, commands, addresses and process ids. Out: paths, hashes, changes, verdicts of probes and reasons in words.
// Used by supervise, reconcile and node; imports R0 and graph, and starts no service itself: the keeper does.
// Concurrency: every function may be called from any goroutine; what Watch starts ends with its context.
package runner
