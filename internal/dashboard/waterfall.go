package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// waterfall is one trace, drawn.
type waterfall struct {
	trace
	Bars  []bar
	Ticks []seconds
	Wrote []line
}

// bar is a hop with its place on the time axis, in percent of the whole.
type bar struct {
	hop
	X, Width string
	// Indent has one element for each level.
	Indent []struct{}
}

// Class names what colours the bar.
func (b bar) Class() string {
	switch {
	case b.Failed:
		return "broken"
	case b.Critical:
		return "critical"
	}
	return "beside"
}

// deepest is how many levels are drawn apart.
const deepest = 12

func (v views) trace(ctx context.Context, r *http.Request, s *sheet) error {
	t, err := v.ask.trace(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	fall := fallOf(t)
	if t.Lines > 0 {
		if fall.Wrote, err = v.ask.lines(ctx, url.Values{"trace": {string(t.ID)}, "limit": {"200"}}); err != nil {
			return err
		}
	}
	s.Title, s.Body = string(t.Name), fall
	s.Commands = []string{"banyan trace " + brief(t.ID), "banyan logs --trace " + brief(t.ID)}
	return nil
}

// fallOf places the bars. A row may begin before the root, when clocks differ, or end after it, when it was not awaited.
func fallOf(t trace) waterfall {
	whole := t.Duration
	for _, h := range t.Rows {
		whole = max(whole, h.Offset+h.Duration)
	}
	fall := waterfall{trace: t}
	for _, h := range t.Rows {
		x, width := place(h, whole)
		fall.Bars = append(fall.Bars, bar{h, x, width, make([]struct{}, min(max(h.Depth, 0), deepest))})
	}
	if whole > 0 {
		fall.Ticks = []seconds{whole / 4, whole / 2, whole * 3 / 4, whole}
	}
	return fall
}

// thinnest keeps a short hop visible, in percent.
const thinnest = 0.4

func place(h hop, whole seconds) (x, width string) {
	if whole <= 0 {
		return "0%", "100%"
	}
	from := min(max(0, float64(h.Offset/whole)*100), 100-thinnest)
	wide := min(max(thinnest, float64(h.Duration/whole)*100), 100-from)
	return fmt.Sprintf("%.2f%%", from), fmt.Sprintf("%.2f%%", wide)
}
