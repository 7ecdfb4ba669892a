package telemetry

import (
	"bytes"
	"time"
)

const (
	// burst is what a service may write at once and what of it may wait for the writer, sustained what it may write a second; in
	// bytes, with perLine for each line. Beyond, only its newest output is kept.
	burst     = 4 << 20
	sustained = 2 << 20
	// perLine is what a line costs beside its text, in memory and on disk.
	perLine = 160
)

// cost of output, in the bytes of an allowance.
func cost(output []byte) int { return len(output) + perLine*bytes.Count(output, newline) }

var newline = []byte("\n")

// allowance is what one service may still write: a token bucket. The recorder's lock guards it.
type allowance struct {
	left, waiting int
	at            time.Time
}

// admits takes so many bytes off, or leaves all as it was and says no. Time is this process's own, which is monotonic: output may
// have been written long ago, or by a clock that was set back.
func (a *allowance) admits(bytes int, now time.Time) bool {
	passed := now.Sub(a.at).Seconds()
	a.left, a.at = min(burst, a.left+int(min(passed, burst/sustained)*sustained)), now
	if bytes > a.left || a.waiting+bytes > burst {
		return false
	}
	a.take(bytes)
	return true
}

// take takes bytes off though they may not be there.
func (a *allowance) take(bytes int) {
	a.left, a.waiting = max(0, a.left-bytes), a.waiting+bytes
}
