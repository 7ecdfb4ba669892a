package terminal

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	names := []string{"a", "b", "c"}
	rows := []struct{ sentence, got, want string }{
		{"a start that took no time still took some", Seconds(3 * time.Millisecond), "0.01s"},
		{"below a second hundredths matter", Seconds(310 * time.Millisecond), "0.31s"},
		{"below a minute tenths do", Seconds(1600 * time.Millisecond), "1.6s"},
		{"minutes have seconds", Seconds(130 * time.Second), "2m10s"},
		{"a request takes milliseconds", Millis(38200 * time.Microsecond), "38.2 ms"},
		{"or seconds", Millis(1240 * time.Millisecond), "1.24 s"},
		{"or minutes", Millis(70 * time.Second), "1m10s"},
		{"what just began is now", Lasted(time.Second - 1), "now"},
		{"seconds", Lasted(59 * time.Second), "59s"},
		{"minutes", Lasted(5*time.Minute + 59*time.Second), "5m"},
		{"hours, for two days", Lasted(47 * time.Hour), "47h"},
		{"days", Lasted(49 * time.Hour), "2d"},
		{"an unknown time has no age", Since(noon, time.Time{}), ""},
		{"a known one has", Since(noon, noon.Add(-time.Hour)), "1h"},
		{"in words", Ago(noon, noon.Add(-time.Hour)), "1h ago"},
		{"now is not ago", Ago(noon, noon), "now"},
		{"and the unknown neither", Ago(noon, time.Time{}), ""},
		{"today needs no date", Clock(noon, noon.Add(-time.Hour)), "11:00:00"},
		{"yesterday does", Clock(noon, noon.Add(-24*time.Hour)), "2026-02-28 12:00:00"},
		{"one is alone", Plural(1, "service"), "1 service"},
		{"none are many", Plural(0, "service"), "0 services"},
		{"few names are all said", Several(names, 3), "a, b, c"},
		{"of more the rest is counted", Several(names, 2), "a, b and 1 more"},
		{"what is empty is not joined", Join(" · ", "", "a", "", "b"), "a · b"},
		{"the first that says something", First("", "a", "b"), "a"},
		{"nothing says nothing", First("", ""), ""},
		{"a share", Share(0.031), "3.1%"},
		{"an unknown share", Share(-1), ""},
		{"bytes", Size(31 << 20), "31 MiB"},
		{"unknown bytes", Size(-1), ""},
		{"a count", Positive(3), "3"},
		{"what is not there", Positive(0), ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if row.got != row.want {
				t.Fatalf("%q, want %q", row.got, row.want)
			}
		})
	}
}
