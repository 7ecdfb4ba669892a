// Package snapshot publishes immutable values: readers load one pointer, writers swap it, watchers are told.
//
// In: a new value, which nobody changes afterwards. Out: the newest value and its version, and a channel that closes at the next.
// Used by every package whose state is read on a hot path; imports the standard library only.
// Concurrency: Load takes no lock and never blocks; Store may be called from any goroutine.
package snapshot
