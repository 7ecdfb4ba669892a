package dashboard

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/unit"
)

// unknown stands where nothing is known, so that a cell is never empty by accident.
const unknown = "–"

// took writes how long something lasted, the unit apart: `38.2 ms`, `1.24 s`, `2m10s`.
func took(s seconds) string {
	switch d := s.duration(); {
	case d <= 0:
		return unknown
	case d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	default:
		return unit.Duration(d.Round(time.Second))
	}
}

// perSecond writes a rate with as many digits as a person compares.
func perSecond(r float64) string {
	switch {
	case r <= 0:
		return unknown
	case r < 10:
		return fmt.Sprintf("%.1f", r)
	}
	return strconv.FormatFloat(math.Round(r), 'f', 0, 64)
}

// percent writes a share; a small one is not rounded to nothing.
func percent(share float64) string {
	switch {
	case share <= 0:
		return "0 %"
	case share < 0.001:
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

// core writes a share of one core, which may be above 1.
func core(share float64) string {
	if share < 0 {
		return unknown
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

// memory writes bytes in the unit that leaves three digits.
func memory(n int64) string {
	switch {
	case n < 0:
		return unknown
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}

// moment is an instant as the page shows it: how long ago, and exactly on hover.
type moment struct{ Ago, Exact, Machine string }

func momentOf(now, t time.Time) moment {
	if t.IsZero() {
		return moment{Ago: unknown}
	}
	return moment{ago(now.Sub(t)), t.Local().Format("2006-01-02 15:04:05.000 -0700"), t.UTC().Format(time.RFC3339Nano)}
}

func ago(d time.Duration) string {
	if d < time.Second {
		return "now"
	}
	return lasted(d) + " ago"
}

// lasted writes a span of time in one unit.
func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// span is lasted for what the API gives in seconds.
func span(s seconds) string { return lasted(s.duration()) }

// clock is the time of day, for lines that stand close together.
func clock(t time.Time) string { return t.Local().Format("15:04:05.000") }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// brief is the unique beginning of a trace id that every command takes.
func brief(id Text) string { return fmt.Sprintf("%.8s", string(id)) }

// argument writes a word of a command that a person copies into a shell. A filter comes from the address, and so from whoever made the
// link: what is more than a name is quoted, so that it stays one word (POSIX.1-2024, Shell Command Language §2.2.2).
func argument(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	if word != "" && word[0] != '-' && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
