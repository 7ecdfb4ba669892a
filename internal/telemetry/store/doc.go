// Package store keeps spans and lines for a while: on disk in segments, or in memory.
//
// In: batches from telemetry.Recorder, and a folder. Out: the two implementations of telemetry.Store, Disk and Memory.
// Used by node, which opens one and hands it to the recorder and to api.
// Concurrency: Write and Close are called by one goroutine at a time; reads by any, also while Write runs.
//
// There is a ring of segments for requests (spans and access records) and one for the lines of each service. A ring that needs
// room takes it from the oldest of itself, or, among services, of the one that has most; so nobody evicts who has less.
//
// A segment is a header and records, each with its length and a CRC, only ever appended to. The files are the truth; the
// index in memory covers what is newest and is bounded, and what it does not know is found by reading segments. A batch is one
// write, so the end of the process loses nothing that was written, and the end of the machine at most a torn record.
package store
