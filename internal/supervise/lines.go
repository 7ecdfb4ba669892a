package supervise

import (
	"bytes"
	"context"
	"sync"

	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/snapshot"
)

const (
	lastLines = 20
	// maxLine is where a longer line is cut, in bytes.
	maxLine = 2 << 10
)

// lines are the last lines of one instance, both streams together in the order of their ends.
type lines struct {
	seen    snapshot.Value[uint64] // sequence number of the newest output
	secrets *redact.Set            // nil masks nothing
	mu      struct {
		sync.Mutex
		whole []string
		open  map[string][]byte // by stream: what has no end yet
	}
}

func (l *lines) write(o keeper.Output) {
	l.split(o)
	l.seen.Store(o.Seq)
}

func (l *lines) split(o keeper.Output) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.open == nil {
		l.mu.open = map[string][]byte{}
	}
	rest := append(l.mu.open[o.Stream], o.Data...)
	for {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if !ended {
			break
		}
		l.mu.whole = appendLine(l.mu.whole, line, l.secrets)
		rest = after
	}
	if len(rest) > maxLine {
		rest = rest[:maxLine]
	}
	l.mu.open[o.Stream] = bytes.Clone(rest)
}

func appendLine(whole []string, line []byte, secrets *redact.Set) []string {
	line = bytes.TrimRight(line, "\r")
	if len(bytes.TrimSpace(line)) == 0 {
		return whole
	}
	text := string(line[:min(len(line), maxLine)])
	if secrets != nil {
		text = secrets.Text(text)
	}
	whole = append(whole, text)
	return whole[max(0, len(whole)-lastLines):]
}

// last are the last lines, with what was written without an end.
func (l *lines) last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append([]string(nil), l.mu.whole...)
	for _, stream := range []string{keeper.Stdout, keeper.Stderr} {
		all = appendLine(all, l.mu.open[stream], l.secrets)
	}
	return all
}

// await returns when all output up to seq was written, or when ctx ends.
func (l *lines) await(ctx context.Context, seq uint64) {
	// That ctx ended first is no failure: the lines are then those that came in time.
	_, _ = l.seen.Await(ctx, func(newest uint64) bool { return newest >= seq })
}

// clear forgets the lines of a process that is over.
func (l *lines) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.whole, l.mu.open = nil, nil
}
