// Package redact keeps secret values out of everything that Banyan writes.
//
// In: the live secret values, replaced as one snapshot. Out: text with each of them masked, through which every
// sink writes; and the value of a variable as a person may see it, by its name and its form.
// Used by every package that writes what a person or a file keeps; imports the standard library only.
// Concurrency: Set is safe for any goroutine; readers take no lock.
package redact
