// Package unit reads and writes quantities as people write them: durations and sizes.
//
// In: text such as `2s`, `7d`, `64MiB`. Out: Go values, and text that is short and for people: it is rounded.
// Used by every package; imports the standard library only.
// Concurrency: pure functions.
package unit
