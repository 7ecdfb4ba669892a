package proxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// vector is one line of testdata/vectors.txt.
type vector struct{ class, sentence, bytes, answers, origin string }

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	for at, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		columns := strings.Split(line+" ", " | ")
		if len(columns) != 5 {
			t.Fatalf("line %d has %d columns", at+1, len(columns))
		}
		v := vector{columns[0], columns[1], columns[2], columns[3], strings.TrimSpace(columns[4])}
		v.bytes = bytesOf(v.bytes)
		all = append(all, v)
	}
	return all
}

// telling answers with the target that it saw, over net/http's parser: a peer that nobody of this house wrote.
func telling(t *testing.T) (address string, seen chan string) {
	seen = make(chan string, 100)
	return raw(t, func(conn net.Conn, in *bufio.Reader) {
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			seen <- r.RequestURI
			body := r.RequestURI
			if r.Method == http.MethodHead {
				body = ""
			}
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.RequestURI), body)
		}
	}), seen
}

// TestVectors sends each attack with a request behind it, and then an innocent one over a connection of its own: nobody is answered
// what another asked for, and the origin never sees what was hidden.
func TestVectors(t *testing.T) {
	all := vectors(t)
	if len(all) < 60 {
		t.Fatalf("only %d vectors were found", len(all))
	}
	for _, v := range all {
		t.Run(v.class+": "+v.sentence, func(t *testing.T) {
			t.Parallel()
			for _, piece := range []int{1 << 20, 7, 1} {
				v.run(t, piece)
			}
		})
	}
}

// run sends the attack in pieces of so many bytes.
func (v vector) run(t *testing.T, piece int) {
	t.Helper()
	address, seen := telling(t)
	s := serve(t, strict(to(t, address, false)))
	if got := strings.Join(attack(t, s.address, v.bytes, piece, len(strings.Fields(v.answers))), " "); got != v.answers {
		t.Errorf("in pieces of %d the client was answered %q, want %q", piece, got, v.answers)
	}
	conn, in := dial(t, s.address)
	send(t, conn, "GET /innocent HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, body := answer(t, in); r.StatusCode != 200 || body != "/innocent" {
		t.Errorf("an innocent request was answered %d %q", r.StatusCode, body)
	}
	targets := drainSeen(seen)
	if slices.Contains(targets, "/smuggled") || v.origin == "?" && len(targets) > 1 {
		t.Errorf("the origin saw %q", targets)
	}
	if want := strings.TrimSpace(v.origin + " /innocent"); v.origin != "?" && strings.Join(targets, " ") != want {
		t.Errorf("the origin saw %q, want %q", targets, want)
	}
}

// strict normalizes the path as the stacks of gateway and mesh do, and refuses one target without reading its body.
func strict(next exchange.Handler) exchange.Handler {
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		path, err := proxy.NormalizePath(x.Request.Path)
		if err != nil {
			return problem.New(diag.BadRequest, "%s", err)
		}
		if x.Request.Path = path; path == "/refused" {
			c := problem.New(diag.BadRequest, "refused")
			c.Status = http.StatusForbidden
			return c
		}
		return next.Handle(x)
	})
}

// attack returns what the client is answered on one connection: a status, and the target where the origin answered. The client ends its
// side when it has as many answers as it expects: before, that would say that it has left. Where that many do not come it ends it too.
func attack(t *testing.T, address, bytes string, piece, expected int) []string {
	t.Helper()
	conn, in := dial(t, address)
	for part := range slices.Chunk([]byte(bytes+"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"), piece) {
		if _, err := conn.Write(part); err != nil {
			break // a server that refuses early may close before all has been sent
		}
	}
	const enough = 300 * time.Millisecond
	finish := sync.OnceFunc(func() { _ = conn.CloseWrite() })
	timer := time.AfterFunc(enough, finish)
	defer timer.Stop()
	if expected == 0 {
		finish()
	}
	asked := &http.Request{Method: http.MethodGet}
	if strings.HasPrefix(bytes, "HEAD ") {
		asked.Method = http.MethodHead
	}
	var answers []string
	for {
		r, err := http.ReadResponse(in, asked)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Logf("the connection ended with %v", err)
			}
			return answers
		}
		text := fmt.Sprint(r.StatusCode)
		if body, _ := io.ReadAll(r.Body); r.StatusCode == http.StatusOK && len(body) > 0 {
			text += ":" + string(body)
		}
		if r.StatusCode != http.StatusContinue {
			asked.Method = http.MethodGet
		}
		if answers = append(answers, text); len(answers) == expected {
			finish()
		}
	}
}

func drainSeen(seen chan string) []string {
	var targets []string
	for {
		select {
		case target := <-seen:
			targets = append(targets, target)
		default:
			return targets
		}
	}
}
