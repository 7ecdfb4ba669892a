package terminal

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Diagnostics writes a list as diag does, with the severities coloured.
func (s Screen) Diagnostics(list diag.List) string {
	var b strings.Builder
	_ = list.Render(&b) // a Builder never fails
	if !s.Color {
		return b.String()
	}
	return strings.NewReplacer(": error BYN", ": "+s.Paint(Red, "error")+" BYN",
		": warning BYN", ": "+s.Paint(Yellow, "warning")+" BYN").Replace(b.String())
}
