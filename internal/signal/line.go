package signal

import (
	"time"

	"github.com/banyan-run/banyan/internal/trace"
)

// Level is how grave a line is; levels are ordered.
type Level int8

// The levels that are recognised; Unset is a line that names none.
const (
	Unset Level = iota
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

var levelNames = [...]string{"", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

// String is the level in capitals, empty for Unset.
func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return ""
	}
	return levelNames[l]
}

// Line is one line that a service wrote, or one record of the platform about it.
type Line struct {
	At       time.Time
	Service  string
	Instance string
	// Stream is stdout, stderr, or access for the records of requests.
	Stream string
	Level  Level
	// Text is the line as written, without its end.
	Text string
	// Message is the text for people where the line is structured, else the same as Text.
	Message string
	// Attributes are what came beside the text; what a structured text says is not repeated here.
	Attributes Attributes
	Trace      trace.ID
	Span       trace.SpanID
}
