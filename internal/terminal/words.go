package terminal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/unit"
)

// Plural counts a regular noun: `1 service`, `2 services`.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Several joins as many names as a person reads at once.
func Several(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// Join joins the parts that are not empty.
func Join(separator string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, separator)
}

// First is the first text that is not empty.
func First(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// Share writes a part of one as a percentage, empty for an unknown one, which is below zero.
func Share(part float64) string {
	if part < 0 {
		return ""
	}
	return fmt.Sprintf("%.1f%%", 100*part)
}

// Size writes a count of bytes, empty for an unknown one, which is below zero.
func Size(bytes int64) string {
	if bytes < 0 {
		return ""
	}
	return unit.Size(bytes)
}

// Positive writes a number, empty for zero and below: what does not exist takes no room.
func Positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}
