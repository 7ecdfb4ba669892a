// Package telemetry records what passed and what was written, and holds the words that its parts share.
//
// In: exchanges, each recorded once when its last byte has gone, and the chunks that instances write. Out: spans and lines in
// a Store, lines to followers, and losses counted and said once in the journal; what is kept has passed through redact.
// Used by api and node, and by its own children: store keeps, line recognises, red measures, waterfall draws, deed keeps the
// journal. The parent knows its children through interfaces alone; node joins them.
// Concurrency: a Recorder is safe for any goroutine and never blocks the one that records an exchange: its queues are bounded,
// and what does not fit is dropped and counted. One goroutine of its own writes to the Store.
//
// What a service writes passes its allowance before anything else is done with it, so that a noisy one costs little and takes
// nothing from the others; of what is beyond, the newest is held and whole lines of it pass.
package telemetry
