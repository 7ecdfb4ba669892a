// Package dotenv reads files of variables: lines NAME=value, as Compose's own reader takes them.
//
// In: the text of a file and its name. Out: its lines, each with its place, and what is wrong with it, which never repeats a value.
// Used by spec, which gives services their variables, and by importer; imports diag and the standard library only.
// Concurrency: pure; any goroutine may read a result.
package dotenv
