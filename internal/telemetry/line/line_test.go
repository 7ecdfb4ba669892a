package line

import (
	"reflect"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/signal"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanID  = "00f067aa0ba902b7"
)

func TestRecognise(t *testing.T) {
	rows := []struct {
		sentence, text string
		level          signal.Level
		message        string // empty: the text itself
		traced         bool
	}{
		{"slog's JSON", `{"time":"2026-11-24T02:41:49Z","level":"ERROR","msg":"it broke","trace_id":"` + traceID + `"}`, signal.Error, "it broke", true},
		{"pino's numbers", `{"level":30,"time":1732416109000,"pid":1,"msg":"listening"}`, signal.Info, "listening", false},
		{"pino's 50 is an error", `{"level":50,"msg":"no"}`, signal.Error, "no", false},
		{"Google's severity and camel case", `{"severity":"WARNING","message":"slow","traceId":"` + strings.ToUpper(traceID) + `"}`, signal.Warn, "slow", true},
		{"a whole traceparent in JSON", `{"lvl":"dbg","msg":"x","traceparent":"00-` + traceID + `-` + spanID + `-01"}`, signal.Debug, "x", true},
		{"Serilog's compact form", `{"@t":"2026-11-24","@l":"Error","@m":"no \"luck\""}`, signal.Error, `no "luck"`, false},
		{"members of inner objects are none of the line's", `{"error":{"level":"fatal","msg":"inner"},"level":"info","msg":"outer"}`, signal.Info, "outer", false},
		{"a JSON text of an array is a text", `["error"]`, signal.Unset, "", false},
		{"broken JSON is a text", `{"level":"error","msg":`, signal.Unset, "", false},
		{"logrus' logfmt", `time="2026-11-24T02:41:49Z" level=warning msg="almost full" trace_id=` + traceID, signal.Warn, "almost full", true},
		{"slog's text", `time=2026-11-24T02:41:49.000Z level=INFO msg=ready port=8080`, signal.Info, "ready", false},
		{"prose with an equals sign is no logfmt", `set a=b and go`, signal.Unset, "", false},
		{"pairs that name neither level nor message are a text", `a=b c=d`, signal.Unset, "", false},
		{"date, time, level", `2026-11-24 02:41:49 ERROR connect: connection refused`, signal.Error, "", false},
		{"level in brackets, in any case", `[error] 12#0: upstream timed out`, signal.Error, "", false},
		{"nginx", `2026/11/24 02:41:49 [warn] 12#0: conflicting name`, signal.Warn, "", false},
		{"log4j", `2026-11-24 02:41:49,123 WARN  [main] o.s.Thing - careful`, signal.Warn, "", false},
		{"Spring Boot", `2026-11-24T02:41:49.123Z  INFO 4711 --- [main] o.s.Boot : Started in 1.2 seconds`, signal.Info, "", false},
		{"Python's default", `ERROR:root:it broke`, signal.Error, "", false},
		{"Python's usual format", `2026-11-24 02:41:49,123 - orders - CRITICAL - no ledger`, signal.Fatal, "", false},
		{"uvicorn", `INFO:     Started server process [12]`, signal.Info, "", false},
		{"glog", `E1124 02:41:49.000000 123 file.go:12] it broke`, signal.Error, "", false},
		{".NET's console", `fail: Microsoft.Hosting[0]`, signal.Error, "", false},
		{"zap's console", "2026-11-24T02:41:49.000Z\tDEBUG\tmain.go:12\thello", signal.Debug, "", false},
		{"Rust's env_logger", `[2026-11-24T02:41:49Z WARN  shop] careful`, signal.Warn, "", false},
		{"colours are taken off", "\x1b[31mERROR\x1b[0m no", signal.Error, "ERROR no", false},
		{"a word in prose is no level", `there was no error today`, signal.Unset, "", false},
		{"a heading in prose is no level", `Error handling is a chapter`, signal.Unset, "", false},
		{"a panic of Go", `panic: runtime error: index out of range`, signal.Fatal, "", false},
		{"an empty line", ``, signal.Unset, "", false},
		{"a number that is no level", `{"level":7,"msg":"x"}`, signal.Unset, "x", false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			l := signal.Line{Text: row.text, Message: row.text}
			Recognise(&l)
			want := row.message
			if want == "" {
				want = row.text
			}
			if l.Level != row.level || l.Message != want || l.Trace.IsZero() == row.traced {
				t.Fatalf("level %q, message %q, trace %s", l.Level, l.Message, l.Trace)
			}
			if l.Text != row.text {
				t.Fatalf("the text was changed: %q", l.Text)
			}
			if row.traced && l.Trace.String() != traceID {
				t.Fatalf("trace %s", l.Trace)
			}
		})
	}
}

func TestASpanIsRead(t *testing.T) {
	l := signal.Line{Text: `{"msg":"x","trace_id":"` + traceID + `","span_id":"` + spanID + `"}`}
	Recognise(&l)
	if l.Span.String() != spanID {
		t.Fatalf("span %s", l.Span)
	}
}

func FuzzRecognise(f *testing.F) {
	for _, seed := range []string{
		`{"level":30,"msg":"a\u00e9","x":[1,{"y":"]"}],"z":null}`, `level=info msg="a b" c`, "\x1b[", "E1124 02:41:49 x] ", `{"":""}`, `{ }`,
		`{"a":1 , "b" : "c\\" }`, "2026 | ERROR | x", `msg="`, "level=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := signal.Line{Text: text, Message: text}
		Recognise(&l)
		if l.Text != text {
			t.Fatalf("the text was changed: %q to %q", text, l.Text)
		}
		if l.Level < signal.Unset || l.Level > signal.Fatal {
			t.Fatalf("%q has level %d", text, l.Level)
		}
		again := signal.Line{Text: text, Message: text}
		if Recognise(&again); !reflect.DeepEqual(again, l) {
			t.Fatalf("%q read as %+v and as %+v", text, l, again)
		}
	})
}

func BenchmarkRecogniseJSON(b *testing.B) {
	text := `{"time":"2026-11-24T02:41:49Z","level":"INFO","msg":"served","path":"/a/b","status":200,"trace_id":"` + traceID + `"}`
	b.ReportAllocs()
	for b.Loop() {
		l := signal.Line{Text: text, Message: text}
		Recognise(&l)
	}
}
