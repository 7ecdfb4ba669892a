// Package unit reads and writes quantities as people write them: durations, sizes, percentages.
//
// In: text such as `2s`, `7d`, `64MiB`, `5%`. Out: Go values, and text in the shortest form that reads back the same.
// Used by every package; imports the standard library only.
// Concurrency: pure functions.
package unit
