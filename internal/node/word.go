package node

import (
	"fmt"

	"github.com/banyan-run/banyan/internal/diag"
)

// count says how many of something there are.
func count[N int | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// where is a position as the API says it: empty where there is none.
func where(at diag.Position) string {
	if at.IsZero() {
		return ""
	}
	return at.String()
}
