// Package subset chooses the services that a run consists of: what was asked for, with all that it calls and uses.
//
// In: the graph, and the operator's wish: names of services and groups, and what is left out. Out: a Set, which says of each
// service why it is in it, or why it is not, with the line of the file.
// Used by reconcile, which keeps what is in the set, by node and by cli, which says beforehand what a wish would start.
// Concurrency: pure; equal inputs give equal sets, and a Set is immutable once made.
package subset
