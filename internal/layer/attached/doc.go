// Package attached sends requests to a process that somebody else runs in the place of a service, or beside it: all of them, or
// those that carry a field.
//
// In: which requests are meant, and the way to the process. Out: a Layer; what is not meant, and what finds the process gone, goes on.
// Used by mesh, before the instance is chosen.
// Concurrency: a Program is immutable and shared; an exchange belongs to its goroutine.
package attached
