package terminal

import (
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/unit"
)

// Seconds writes how long a person waited: `0.31s`, `1.6s`, `2m10s`.
func Seconds(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "0.01s"
	case d < time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return unit.Duration(d)
}

// Millis writes how long a request took, with the unit apart so that columns read well: `38.2 ms`, `1.24 s`.
func Millis(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return unit.Duration(d)
}

// Lasted writes a span of time in one unit: `12s`, `5m`, `3h`, `2d`.
func Lasted(d time.Duration) string {
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// Since is Lasted from t to now, empty for an unknown t.
func Since(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Lasted(now.Sub(t))
}

// Ago is Since in words: `5m ago`.
func Ago(now, t time.Time) string {
	text := Since(now, t)
	if text == "" || text == "now" {
		return text
	}
	return text + " ago"
}

// Clock is a time of day, with the day when that is another one.
func Clock(now, t time.Time) string {
	t = t.Local()
	if y, m, d := now.Local().Date(); t.Year() == y && t.Month() == m && t.Day() == d {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}
