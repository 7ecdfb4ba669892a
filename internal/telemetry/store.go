package telemetry

import (
	"errors"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

// Store keeps spans and lines for a while. Write is called by one goroutine at a time, the rest by any. What one service writes
// pushes out its own oldest lines, never another's that has less, and no span.
type Store interface {
	// Write keeps a batch: when it returns nil, the batch survives the end of the process. The slices of the batch are the
	// caller's again then.
	Write(Batch) error
	// Trace returns the spans of the one trace whose id begins with prefix (ErrNoTrace, ErrAmbiguous).
	Trace(prefix string) ([]signal.Span, error)
	// Traces returns the newest first.
	Traces(TraceQuery) ([]Summary, error)
	// Lines returns the newest that match, the newest last.
	Lines(LineQuery) ([]signal.Line, error)
}

// Batch is what is written at once.
type Batch struct {
	Spans []signal.Span
	Lines []signal.Line
}

// Errors of a Store's Trace.
var (
	ErrNoTrace   = errors.New("no such trace is kept")
	ErrAmbiguous = errors.New("more than one trace begins so")
)

// Default limits of the two queries.
const (
	DefaultTraces = 50
	DefaultLines  = 200
)

// Access is the stream of the records of requests.
const Access = "access"

// TraceQuery selects traces; the zero query selects the newest.
type TraceQuery struct {
	// Service took part; Route is the gateway's.
	Service, Route string
	// Slower is the least duration that is wanted.
	Slower time.Duration
	Failed bool
	// Limit counts the newest that are wanted; 0 means DefaultTraces.
	Limit int
}

// Matches tells whether s is selected.
func (q TraceQuery) Matches(s *Summary) bool {
	return (q.Service == "" || slices.Contains(s.Services, q.Service)) &&
		(q.Route == "" || q.Route == s.Route) && s.Duration >= q.Slower && (s.Failed || !q.Failed)
}

// Count is the limit that applies.
func (q TraceQuery) Count() int { return orDefault(q.Limit, DefaultTraces) }

// LineQuery selects lines; the zero query selects the newest that services wrote.
type LineQuery struct {
	// Services wrote them; empty is all.
	Services []string
	Instance string
	// Trace is the beginning of a trace id, in lower-case hexadecimal digits.
	Trace string
	// Level is the least grave that is wanted; Unset takes lines without a level as well.
	Level signal.Level
	// Since is the earliest instant.
	Since time.Time
	// Limit counts the newest that are wanted; 0 means DefaultLines.
	Limit int
	// Access asks for the records of requests as well.
	Access bool
	// Words all stand in the text, each as a whole word, in any order and regardless of the case of ASCII letters.
	Words string
}

// Matches tells whether l is selected.
func (q *LineQuery) Matches(l *signal.Line) bool {
	return q.plain(l) && (q.Words == "" || HasWords(l.Text, Words(q.Words)))
}

func (q *LineQuery) plain(l *signal.Line) bool {
	return (len(q.Services) == 0 || slices.Contains(q.Services, l.Service)) &&
		(q.Instance == "" || q.Instance == l.Instance) && l.Level >= q.Level &&
		(q.Access || l.Stream != Access) && !l.At.Before(q.Since) && HasPrefix(l.Trace, q.Trace)
}

// Count is the limit that applies.
func (q *LineQuery) Count() int { return orDefault(q.Limit, DefaultLines) }

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// HasPrefix tells whether id, written in lower-case hexadecimal digits, begins with prefix. Every id has the empty one.
func HasPrefix(id trace.ID, prefix string) bool {
	const digits = "0123456789abcdef"
	if len(prefix) > 2*len(id) {
		return false
	}
	for i := range len(prefix) {
		nibble := id[i/2] >> 4
		if i%2 == 1 {
			nibble = id[i/2] & 15
		}
		if prefix[i] != digits[nibble] {
			return false
		}
	}
	return true
}
