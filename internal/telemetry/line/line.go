package line

import (
	"strings"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

// Recognise fills Level, Message, Trace and Span of l from its text; what is not found stays as it was.
func Recognise(l *signal.Line) {
	text := plain(l.Text)
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
	case trimmed[0] == '{' && object(trimmed, func(key, value string) { field(l, key, value) }):
		return
	case logfmt(trimmed, l):
		return
	default:
		l.Level = levelOf(trimmed)
	}
	if l.Message == l.Text {
		l.Message = text
	}
}

// field takes what one name of a structured line says. The first name of a kind wins.
func field(l *signal.Line, key, value string) {
	switch strings.ToLower(key) {
	case "level", "lvl", "severity", "loglevel", "log.level", "levelname", "severitytext", "severity_text", "@l":
		if l.Level == signal.Unset {
			l.Level = named(value)
		}
	case "msg", "message", "@message", "@m", "body", "event":
		if value != "" && l.Message == l.Text {
			l.Message = value
		}
	case "trace_id", "traceid", "trace.id", "trace-id", "dd.trace_id", "otel.trace_id", "@tr":
		setTrace(l, value)
	case "span_id", "spanid", "span.id", "span-id", "otel.span_id", "@sp":
		setSpan(l, value)
	case "traceparent":
		if c, err := trace.Parse([]byte(value)); err == nil {
			l.Trace, l.Span = c.Trace, c.Span
		}
	}
}

func setTrace(l *signal.Line, value string) {
	if id, err := trace.ParseID(strings.ToLower(value)); err == nil && l.Trace.IsZero() {
		l.Trace = id
	}
}

// setSpan reads a span id by way of the one parser of identifiers there is.
func setSpan(l *signal.Line, value string) {
	const before, after = "00-00000000000000000000000000000001-", "-00"
	c, err := trace.Parse([]byte(before + strings.ToLower(value) + after))
	if err == nil && l.Span.IsZero() {
		l.Span = c.Span
	}
}

// plain takes terminal colours and other CSI sequences off (ECMA-48 §5.4).
func plain(text string) string {
	if strings.IndexByte(text, 0x1b) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != 0x1b {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '[' {
			i += 2
			for i < len(text) && (text[i] < 0x40 || text[i] > 0x7e) {
				i++
			}
		}
	}
	return b.String()
}
