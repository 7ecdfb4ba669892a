package gateway_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/signal"
)

func TestTheRequestPath(t *testing.T) {
	cases := readCases(t)
	if len(cases) < 60 {
		t.Errorf("only %d cases were found", len(cases))
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			runCase(t, c)
		})
	}
}

func runCase(t *testing.T, c wire) {
	if want, bad := c.sections["found"]; bad {
		checkFound(t, &c.app, want)
		return
	}
	s := set(t, &c.app, nil)
	if ask, has := c.sections["ask"]; has {
		checkVerdict(t, s, strings.Fields(ask), c.sections["says"])
		return
	}
	conn, err := net.Dial("tcp", s.address(c.to))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	in := strings.ReplaceAll(strings.ReplaceAll(c.sections["in"], "\n", "\r\n"), "\\c\r\n", "")
	if _, err := io.WriteString(conn, in); err != nil {
		t.Fatal(err)
	}
	note := noteOf(s.record())
	_ = conn.(*net.TCPConn).CloseWrite()
	out, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(c.sections["note"]); note != want {
		t.Errorf("note\n%s\nwant\n%s", note, want)
	}
	var seen strings.Builder
	for _, service := range slices.Sorted(maps.Keys(s.instances)) {
		for _, i := range s.instances[service] {
			seen.WriteString(i.seen())
		}
	}
	got, want := anonymous(seen.String(), in), c.sections["up"]
	if missing := firstMissing(got, want); c.whole && got != want || missing != "" || want == "" && got != "" {
		t.Errorf("instances got\n%s\nwant\n%s\nmissing: %s", got, want, missing)
	}
	if missing := firstMissing(anonymous(string(out), in), c.sections["out"]); missing != "" {
		t.Errorf("the client got\n%s\nmissing: %s", anonymous(string(out), in), missing)
	}
}

// firstMissing is the first line of want that is not in got after those before it.
func firstMissing(got, want string) string {
	lines := strings.Split(got, "\n")
	for line := range strings.SplitSeq(strings.TrimSpace(want), "\n") {
		at := slices.Index(lines, line)
		if at < 0 && line != "" {
			return line
		}
		lines = lines[at+1:]
	}
	return ""
}

// address serves what the case asks.
func (s *stage) address(to []string) string {
	s.t.Helper()
	if len(to) == 0 {
		return s.serve(s.gateway, s.gateway.Refuse, "")
	}
	build, peer := s.mesh.Edge, ""
	switch {
	case len(to) == 3:
		build = s.mesh.Outbound
	case len(to) == 4:
		peer = to[3]
	}
	var h exchange.Handler
	h, err := build(to[0], to[1])
	if err != nil {
		s.t.Fatal(err)
	}
	return s.serve(h, s.mesh.Refuse, peer)
}

func noteOf(r signal.Exchange) string {
	dash := func(text string) string { return cmp.Or(text, "-") }
	return fmt.Sprintf("%s %s %s %d %d %s %s %s", dash(r.Caller), dash(r.Callee), dash(r.Instance), r.Tries, r.Status, r.Protocol, dash(r.Route), dash(r.Code))
}

var (
	ids   = regexp.MustCompile(`00-([0-9a-f]{32})-[0-9a-f]{16}-`)
	trace = regexp.MustCompile(`"trace":"([0-9a-f]{32})"`)
	named = regexp.MustCompile(`\(trace ([0-9a-f]{32})\)`)
)

// anonymous has T and S for ids that the client did not send, and lines without their CR.
func anonymous(text, sent string) string {
	hide := func(form *regexp.Regexp, as string) {
		text = form.ReplaceAllStringFunc(text, func(m string) string {
			if id := form.FindStringSubmatch(m)[1]; strings.Contains(sent, id) {
				return strings.ReplaceAll(as, "T", id)
			}
			return as
		})
	}
	hide(ids, "00-T-S-")
	hide(trace, `"trace":"T"`)
	hide(named, "(trace T)")
	return strings.ReplaceAll(text, "\r", "")
}
