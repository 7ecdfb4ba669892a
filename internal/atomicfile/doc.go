// Package atomicfile writes a file whole or not at all: a reader sees what was there before or what is there now, whatever is
// killed in between.
//
// In: a path and its new content. Out: the file, or an error and what was there before.
// Used by every package that keeps something between processes; knows nothing of what it writes.
// Concurrency: any number of writers of one path at once; the last one stays. Nothing is held between calls.
package atomicfile
