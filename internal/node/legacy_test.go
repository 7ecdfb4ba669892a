package node

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/signal"
)

// A client chooses how long the paths are: those of one record cost no other its place in the store.
func TestRecordsWithLongPathsAreHandedOnToo(t *testing.T) {
	var passed []string
	l := &legacy{pass: func(text []byte) error {
		var some []signal.Exchange
		if err := json.Unmarshal(text, &some); err != nil || len(text) > mostPassed {
			t.Errorf("%d bytes were passed: %v", len(text), err)
		}
		for _, x := range some {
			passed = append(passed, x.Path[:2])
		}
		return nil
	}}
	for _, path := range []string{"/a", "/b", "/c", "/d"} {
		l.add(signal.Exchange{Path: path + strings.Repeat("x", mostPassed/3)})
	}
	l.add(signal.Exchange{Path: "/e" + strings.Repeat("x", mostPassed)})
	l.add(signal.Exchange{Path: "/f"})
	if err := l.flush(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(passed, " "); got != "/a /b /c /d /f" {
		t.Errorf("handed on were %s", got)
	}
}
