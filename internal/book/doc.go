// Package book is the documentation as a book: its pages in reading order, as a site on loopback and as text in a terminal.
//
// In: the folder docs, which is embedded; its README names the chapters. Out: a handler without scripts (Handler), pages as text
// (Text), answers to a search (Search), and the entries of error codes (Entry).
// Used by cli, which checks Host and Origin before the handler; imports no package of its row.
// Concurrency: a Book is read only once it is open, and may be used from any goroutine; Handler builds the index once.
package book
