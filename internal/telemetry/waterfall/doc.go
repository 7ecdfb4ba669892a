// Package waterfall lays the spans of one trace out as rows to print or draw.
//
// In: spans, in any order, some perhaps missing or from clocks that disagree. Out: a Tree: rows in the order to print, each span
// in exactly one of them, the critical path marked, hops and retries counted.
// Used by api and dashboard through node; knows nothing of where spans are kept.
// Concurrency: pure functions.
package waterfall
