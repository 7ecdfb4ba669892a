// Package line recognises what a line of output says of itself: its level, its message and the trace that it belongs to.
//
// In: a line as an instance wrote it. Out: the same line with Level, Message, Trace and Span filled in where they were found.
// Used by node, which hands Recognise to telemetry.Recorder.
// Concurrency: pure functions.
//
// It knows JSON with the names that loggers of many languages use, logfmt, and the usual texts: glog, log4j, Python's logging,
// `[error]`, `level first`, and pino's numbers. A line that it does not know stays as it is; a wrong guess is worse than none.
package line
