// Package lifecycle owns goroutines: each has a name, an end, and somebody who waits for it.
//
// In: functions that run until their context ends. Out: the first failure, and a Stop that returns when all have ended.
// Used by every package that starts a goroutine which outlives a call; imports the standard library only.
// Concurrency: a Group may be used from any goroutine; Stop may be called more than once.
package lifecycle
