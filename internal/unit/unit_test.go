package unit

import (
	"math"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	rows := []struct {
		sentence, text string
		want           time.Duration
		ok             bool
	}{
		{"Go's form", "1h30m", 90 * time.Minute, true},
		{"days", "7d", 7 * day, true},
		{"days and hours", "1d12h", 36 * time.Hour, true},
		{"zero needs a unit like all others, or none", "0", 0, true},
		{"a bare number has no unit", "5", 0, false},
		{"negative", "-5s", 0, false},
		{"negative days", "-5d", 0, false},
		{"empty", "", 0, false},
		{"a unit without a number", "d", 0, false},
		{"too many days", "99999999999d", 0, false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got, err := ParseDuration(row.text)
			if (err == nil) != row.ok || got != row.want {
				t.Fatalf("ParseDuration(%q) = %v, %v", row.text, got, err)
			}
		})
	}
}

func TestDurationForPeople(t *testing.T) {
	rows := []struct {
		d    time.Duration
		want string
	}{
		{412 * time.Microsecond, "412µs"}, {3140 * time.Microsecond, "3.1ms"}, {850 * time.Millisecond, "850ms"},
		{1500 * time.Millisecond, "1.5s"}, {130 * time.Second, "2m10s"}, {2 * time.Minute, "2m"}, {76 * time.Hour, "3d4h"},
		{time.Minute - 40*time.Millisecond, "1m"}, {time.Hour - 400*time.Millisecond, "1h"}, {day - 20*time.Second, "1d"}, {10*time.Second - 1, "10s"},
		{-1500 * time.Millisecond, "-1.5s"}, {math.MinInt64, "-106751d23h"},
	}
	for _, row := range rows {
		if got := Duration(row.d); got != row.want {
			t.Errorf("Duration(%d) = %q, want %q", row.d, got, row.want)
		}
	}
}

func TestParseSize(t *testing.T) {
	rows := []struct {
		sentence, text string
		want           int64
		ok             bool
	}{
		{"binary", "64MiB", 64 << 20, true}, {"decimal", "2GB", 2e9, true}, {"fraction", "1.5KiB", 1536, true},
		{"bytes", "10B", 10, true}, {"a bare number has no unit", "10", 0, false}, {"negative", "-1B", 0, false},
		{"beyond the range", "99999999TiB", 0, false}, {"no number", "NaNB", 0, false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got, err := ParseSize(row.text)
			if (err == nil) != row.ok || got != row.want {
				t.Fatalf("ParseSize(%q) = %v, %v", row.text, got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1d12h")
	f.Add("1.5KiB")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDuration(text); err == nil && d < 0 {
			t.Fatalf("%q read as %v", text, d)
		}
		if n, err := ParseSize(text); err == nil && n < 0 {
			t.Fatalf("%q read as %v", text, n)
		}
	})
}

// What is written for people can be written into a file, and says nearly the same.
func FuzzDuration(f *testing.F) {
	f.Add(int64(1500 * time.Millisecond))
	f.Add(int64(76 * time.Hour))
	f.Add(int64(59*time.Second + 960*time.Millisecond))
	f.Fuzz(func(t *testing.T, n int64) {
		d := time.Duration(n)
		if d < time.Millisecond || d > 1<<62 {
			return
		}
		if again, err := ParseDuration(Duration(d)); err != nil || (again-d).Abs() > d/20 {
			t.Fatalf("%v is written %q and read as %v, %v", d, Duration(d), again, err)
		}
	})
}
