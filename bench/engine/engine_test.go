package main

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Every kind of traffic is sent through the peer that is always there: an answer that is not the backend's is an error.
func TestEachKindIsAnswered(t *testing.T) {
	s := stage{folder: t.TempDir()}
	s.certificate = filepath.Join(s.folder, "certificate.pem")
	if err := certify(s.certificate); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		l, err := serve("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		s.backends = append(s.backends, l.Addr().String())
	}
	s.framed = s.backends
	at := newSite(s.folder, runtime.NumCPU(), &s)
	argv, err := tunedReverse(at)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = reverse(argv[2:]) }() // it serves until the tests end
	p := &peer{name: "reverseproxy", plain: at.plain, secure: at.secure, framed: at.framed, processes: func() []int { return nil }}
	for _, address := range []string{at.plain, at.secure, at.framed} {
		if err := answering(address); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			found, err := interleave(t.Context(), []*peer{p}, k.traffic, 1, 2, 20*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if found[p.name][0].rate <= 0 {
				t.Fatal("nothing was answered")
			}
		})
	}
	t.Run("at a rate", func(t *testing.T) {
		times, err := open(p, ask{connections: 4, answer: small}, 500, 100*time.Millisecond)
		if err != nil || len(times) != 50 {
			t.Fatalf("%d answers, not 50: %v", len(times), err)
		}
		for _, one := range times {
			if one <= 0 {
				t.Fatal("an answer came before its request was due")
			}
		}
	})
	t.Run("a dead peer is an error", func(t *testing.T) {
		if _, err := interleave(context.Background(), []*peer{{plain: free()}}, kinds[0].traffic, 1, 1, time.Millisecond); err == nil {
			t.Fatal("nobody listens, and it was measured")
		}
	})
}

func TestABarIsMarked(t *testing.T) {
	for _, row := range []struct {
		says   string
		bar    bar
		figure float64
		want   string
	}{
		{"no bar, no mark", bar{}, 3, ""},
		{"above it is missed", bar{0.88, 0.78}, 0.89, "✗ ≤ 0.88"},
		{"at it is met", bar{0.88, 0.78}, 0.88, "✓ ≤ 0.88"},
		{"at the aim is said too", bar{0.88, 0.78}, 0.78, "✓✓ ≤ 0.88, aim 0.78"},
		{"no aim is never reached", bar{must: 0.2}, 0.1, "✓ ≤ 0.20"},
	} {
		if got := row.bar.mark(row.figure); got != row.want {
			t.Errorf("%s: %q, not %q", row.says, got, row.want)
		}
	}
}

func TestRatiosAreOfTheSameRound(t *testing.T) {
	s := series{"banyan": {{cpu: 10}, {cpu: 40}}, "nginx": {{cpu: 20}, {cpu: 40}}}
	if got := s.ratio("banyan", "nginx"); got != "1.00 (0.50–1.00)" {
		t.Error(got)
	}
	if got := s.lowest("banyan") / s.lowest("nginx"); got != 0.5 {
		t.Error(got)
	}
}

// The peers' files are what is compared against: each names both backends of both kinds.
func TestPeersHaveTwoBackends(t *testing.T) {
	at := site{t.TempDir(), 2, "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "c.pem", []string{"127.0.0.1:4", "127.0.0.1:5"}, []string{"127.0.0.1:6", "127.0.0.1:7"}}
	b := build{routes: 3, calls: true}
	if got := b.file(at.plain, at.secure, "/bench", at.backends); strings.Count(got, "path:") != 4 || !strings.Contains(got, `["127.0.0.1:4", "127.0.0.1:5"]`) {
		t.Error(got)
	}
	argv, err := tunedReverse(at)
	if err != nil || argv[6] != "127.0.0.1:4,127.0.0.1:5" || argv[7] != "127.0.0.1:6,127.0.0.1:7" {
		t.Error(argv, err)
	}
}
