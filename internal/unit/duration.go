package unit

import (
	"fmt"
	"strings"
	"time"
)

const day = 24 * time.Hour

// ParseDuration reads a Go duration, with d for days as well; negative ones are refused.
func ParseDuration(text string) (time.Duration, error) {
	whole, rest, days := time.Duration(0), text, false
	if before, after, found := strings.Cut(text, "d"); found {
		n, err := parseCount(before)
		if err != nil || n > int64(1<<62/day) {
			return 0, durationError(text)
		}
		whole, rest, days = time.Duration(n)*day, after, true
	}
	if rest == "" && days {
		return whole, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || whole+d < whole {
		return 0, durationError(text)
	}
	return whole + d, nil
}

func durationError(text string) error {
	return fmt.Errorf("%q is no duration: write it as 200ms, 2s, 5m, 1h30m or 7d", text)
}

// Duration writes d for people: two units at most, and no trailing zeros (`1.5s`, `2m10s`, `3d4h`, `850ms`).
func Duration(d time.Duration) string {
	if d < 0 {
		return "-" + Duration(max(-d, -(d+1))) // the least of all has no positive counterpart
	}
	// What is rounded up to the next unit is written in it: 59m59.9s is 1h.
	if d < time.Second {
		return scaled(d)
	}
	if r := d.Round(10 * time.Millisecond); r < 10*time.Second {
		return r.String()
	}
	if r := d.Round(100 * time.Millisecond); r < time.Minute {
		return r.String()
	}
	if r := d.Round(time.Second); r < time.Hour {
		return pair(r, time.Minute, "m", time.Second, "s")
	}
	if r := d.Round(time.Minute); r < day {
		return pair(r, time.Hour, "h", time.Minute, "m")
	}
	return pair(d.Round(time.Hour), day, "d", time.Hour, "h")
}

func scaled(d time.Duration) string {
	switch {
	case d >= 100*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

func pair(d, big time.Duration, bigName string, small time.Duration, smallName string) string {
	text := fmt.Sprintf("%d%s", d/big, bigName)
	if rest := d % big / small; rest > 0 {
		text += fmt.Sprintf("%d%s", rest, smallName)
	}
	return text
}
