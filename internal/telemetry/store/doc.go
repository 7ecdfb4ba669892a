// Package store keeps spans and lines for a while: on disk in columns, or in memory.
//
// In: batches from telemetry.Recorder, and a folder. Out: the two implementations of telemetry.Store, Disk and Memory.
// Used by node, which opens one and hands it to the recorder and to api.
// Concurrency: Write and Close are called by one goroutine at a time; reads by any, also while Write runs. One goroutine of Disk's
// own syncs what was written, within a second, and sleeps while nothing is written.
//
// The way of a row: Write appends it to the log (wal.go) and to what is pending in memory (pending.go), as the same bytes. When that
// is enough, seal makes blocks of it (write.go, blockwriter.go) and begins another log; settle.go removes the one before once the
// blocks survive the end of the machine. Blocks go by age and size (retain.go). Questions look at what is pending and at blocks from
// the newest back (reading.go, traces.go, lines.go), through opened.go, which decompresses the pages that are asked for.
//
// Rows are kept in rings: one for spans, one for the records of requests, and one for the lines of each service; a block is of one
// ring. Requests and services have rooms of their own (limit.go), and among services the one that has most loses its oldest block; so nobody
// evicts who has less.
//
// Memory is bounded by numbers: twice Options.Unsealed for what is pending (4 MiB by default), as much again for columns while they are made, about 200
// bytes for each block, and what one question decompresses of one block, or of three for a list of traces.
package store
