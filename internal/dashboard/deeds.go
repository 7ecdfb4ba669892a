package dashboard

import (
	"context"
	"net/http"
	"time"
)

// dated is a list of entries with the instant that their ages count from.
type dated struct {
	Now   time.Time
	Deeds []deed
}

func datedOf(now time.Time, deeds []deed) dated { return dated{now, deeds} }

func (v views) journal(ctx context.Context, _ *http.Request, s *sheet) error {
	deeds, err := v.ask.journal(ctx, 300)
	s.Title, s.Body, s.Commands = "Journal", deeds, []string{"banyan journal", "banyan journal -f"}
	return err
}
