package terminal

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const ms = time.Millisecond

func TestAWaterfall(t *testing.T) {
	hops := []Hop{
		{Name: "gateway", Duration: 40 * ms},
		{Depth: 1, Name: "orders.2", Offset: 4 * ms, Duration: 36 * ms, Critical: true},
		{Depth: 2, Name: "payments.1", Offset: 8 * ms, Duration: 8 * ms, Failed: true, Failure: "503"},
		{Depth: 2, Name: "payments.2", Offset: 20 * ms, Duration: 20 * ms, Retry: true, Critical: true},
		{Depth: 1, Name: "audit", Offset: 40 * ms},
	}
	want := "" +
		"  gateway         ▇▇▇▇▇▇▇▇▇▇  40.0 ms\n" +
		"  ├ orders.2       ▇▇▇▇▇▇▇▇▇  36.0 ms    critical\n" +
		"  │ ├ payments.1    ▇▇        8.0 ms     ✗ 503\n" +
		"  │ └ payments.2       ▇▇▇▇▇  20.0 ms    retry  critical\n" +
		"  └ audit                  ▇  0.0 ms\n"
	if got := (Screen{Width: 52}).Waterfall(hops, 40*ms); got != want {
		t.Fatalf("drawn\n%swant\n%s", got, want)
	}
	coloured := Screen{Width: 52, Color: true}.Waterfall(hops, 40*ms)
	for _, want := range []string{"\x1b[36m▇▇▇▇▇▇▇▇▇\x1b[0m", "\x1b[31m▇▇\x1b[0m", "\x1b[31m✗ 503\x1b[0m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("%q is missing in\n%q", want, coloured)
		}
	}
}

func TestAWaterfallAlwaysHasABarAndRoomForIt(t *testing.T) {
	long := strings.Repeat("long", 30)
	rows := []struct {
		sentence string
		width    int
		hops     []Hop
		whole    time.Duration
	}{
		{"nothing took any time", 80, []Hop{{Name: "a"}}, 0},
		{"a hop ends after the whole", 80, []Hop{{Name: "a", Duration: ms}, {Depth: 1, Name: "b", Offset: 5 * ms, Duration: ms}}, ms},
		{"a hop begins at the very end", 80, []Hop{{Name: "a", Duration: ms}, {Depth: 1, Name: "b", Offset: ms}}, ms},
		{"a name is longer than the line", 80, []Hop{{Name: long, Duration: ms, Critical: true}}, ms},
		{"a pipe has a hundred columns", 0, []Hop{{Name: long, Duration: ms, Critical: true}}, ms},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			limit := row.width
			if limit == 0 {
				limit = 100
			}
			for _, l := range strings.Split(strings.TrimSuffix((Screen{Width: row.width}).Waterfall(row.hops, row.whole), "\n"), "\n") {
				if n := utf8.RuneCountInString(l); n > limit || !strings.Contains(l, "▇") {
					t.Errorf("%d columns: %s", n, l)
				}
			}
		})
	}
}
