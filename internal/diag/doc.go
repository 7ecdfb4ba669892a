// Package diag says where in which file something is wrong, under which stable code, and what would mend it.
//
// In: positions that the parser kept, and codes of the one table in this package. Out: lists that people read
// (Render), that programs read (JSON) and that are errors.
// Used by every package that reads or judges the application's file; imports the standard library only.
// Concurrency: values; a List is built by one goroutine.
package diag
