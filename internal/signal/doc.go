// Package signal holds the records of what was seen: an exchange, a span, a log line.
//
// In: nothing; these are the words that the data plane, the runner and the telemetry store share. Out: the same.
// Used by every package that records or reads what was seen; imports trace and the standard library only.
// Concurrency: values; whoever received one may keep it.
package signal
