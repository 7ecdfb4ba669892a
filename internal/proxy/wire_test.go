package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// wireCase is one case of testdata/wire: bytes in, bytes upstream, the origin's bytes, bytes out, and a note per exchange.
//
// A case begins with `== sentence`; sections with `-- name --`. A line stands for itself and CR LF; `\c` at its end takes the CR LF
// away; \r \n \t \0 and \xNN are bytes, `\repeat{text}{count}` repeats. `in fin` ends the client's direction. Without `up` the origin
// must see nothing. One line of `out` pins the status line alone, more pin every byte.
type wireCase struct {
	sentence string
	sections map[string]string
}

func readWire(t *testing.T) []wireCase {
	t.Helper()
	files, err := filepath.Glob("testdata/wire/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []wireCase
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range strings.Split("\n"+string(text), "\n== ") {
			if i > 0 {
				cases = append(cases, parseWire(part))
			}
		}
	}
	return cases
}

var (
	section = regexp.MustCompile(`(?m)^-- ([a-z ]+) --\n`)
	repeat  = regexp.MustCompile(`\\repeat\{([^}]*)\}\{(\d+)\}`)
	escape  = regexp.MustCompile(`\\(c\r\n|[rnt0]|x[0-9a-f]{2})`)
)

func parseWire(text string) wireCase {
	text = strings.TrimRight(text, "\n") + "\n"
	sentence, rest, _ := strings.Cut(text, "\n")
	c := wireCase{sentence, map[string]string{}}
	at := section.FindAllStringSubmatchIndex(rest, -1)
	for i, m := range at {
		end := len(rest)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		c.sections[rest[m[2]:m[3]]] = rest[m[1]:end]
	}
	return c
}

// bytesOf makes the section's bytes.
func bytesOf(text string) string {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	text = repeat.ReplaceAllStringFunc(text, func(m string) string {
		parts := repeat.FindStringSubmatch(m)
		var count int
		_, _ = fmt.Sscan(parts[2], &count)
		return strings.Repeat(parts[1], count)
	})
	return escape.ReplaceAllStringFunc(text, func(m string) string {
		switch m[1] {
		case 'c':
			return ""
		case 'r':
			return "\r"
		case 'n':
			return "\n"
		case 't':
			return "\t"
		case '0':
			return "\x00"
		}
		var b byte
		_, _ = fmt.Sscanf(m[2:], "%02x", &b)
		return string([]byte{b})
	})
}

// scripted is an origin that records what it is sent and answers each request with the same bytes.
type scripted struct {
	address string
	mu      struct {
		sync.Mutex
		seen strings.Builder
	}
}

func (s *scripted) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.seen.Write(p)
}

func (s *scripted) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.seen.String()
}

func script(t *testing.T, reply string) *scripted {
	s := &scripted{}
	s.address = raw(t, func(conn net.Conn, in *bufio.Reader) {
		in = bufio.NewReader(io.TeeReader(in, s))
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			if _, err := io.WriteString(conn, reply); err != nil || strings.Contains(reply, "Connection: close") || !strings.Contains(reply, "\r\n\r\n") {
				return
			}
		}
	})
	return s
}

func TestWire(t *testing.T) {
	cases := readWire(t)
	if len(cases) < 60 {
		t.Fatalf("only %d cases were found", len(cases))
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			runWire(t, c)
		})
	}
}

func runWire(t *testing.T, c wireCase) {
	reply := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	if own, has := c.sections["origin"]; has {
		reply = bytesOf(own)
	}
	behind := script(t, reply)
	s := serve(t, to(t, behind.address, false), func(s *proxy.Server) {
		s.Limits = proxy.Limits{HeadTime: 300 * time.Millisecond, BodyPause: 300 * time.Millisecond}
	})
	conn, in := dial(t, s.address)
	input, fin := c.sections["in"], false
	if input == "" {
		input, fin = c.sections["in fin"], true
	}
	// A server that refuses early may close before all has been sent: that is no failure of the case.
	_, _ = io.WriteString(conn, bytesOf(input))
	if fin {
		_ = conn.CloseWrite()
	}
	var notes []string
	for range strings.Count(c.sections["note"], "\n") {
		notes = append(notes, line(s.record(t)))
	}
	_ = conn.CloseWrite()
	out, _ := io.ReadAll(in)
	if want := strings.TrimSpace(c.sections["note"]); strings.Join(notes, "\n") != want {
		t.Errorf("notes\n%s\nwant\n%s", strings.Join(notes, "\n"), want)
	}
	if want := bytesOf(c.sections["up"]); !eventually(func() bool { return behind.seen() == want }) {
		t.Errorf("the origin saw\n%q\nwant\n%q", behind.seen(), want)
	}
	want := bytesOf(c.sections["out"])
	if got := string(out); strings.Count(want, "\n") > 1 && got != want || !strings.HasPrefix(got, strings.TrimSuffix(want, "\r\n")) {
		t.Errorf("the client saw\n%q\nwant\n%q", got, want)
	}
	select {
	case more := <-s.notes:
		t.Errorf("an exchange too many: %s", line(more))
	default:
	}
}

// line is a record as the cases write it: status, bytes in and out, and the code of a refusal.
func line(r record) string {
	text := fmt.Sprintf("%d in=%d out=%d", r.status, r.note.BytesIn, r.note.BytesOut)
	if r.note.Cause != nil {
		text = fmt.Sprintf("%d in=%d %s", r.status, r.note.BytesIn, problem.CauseOf(r.note.Cause).Code)
	}
	return text
}

var _ exchange.Handler = (*proxy.Transport)(nil)
