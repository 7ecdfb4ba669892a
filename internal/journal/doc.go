// Package journal holds what the platform did, and why.
//
// In: entries, written by whoever acts. Out: the newest entries, and a channel of those to come.
// Used by every package that acts on the application; imports diag, redact and the standard library only.
// Concurrency: a Recorder is safe for any goroutine.
package journal
