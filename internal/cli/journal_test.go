package cli

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

func TestADeedNamesItsSubjectOnce(t *testing.T) {
	at := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	s := &shell{World: World{Now: func() time.Time { return at }}}
	rows := []struct {
		sentence string
		deed     api.Deed
		want     string
	}{
		{"the text begins with it", api.Deed{Kind: "ready", Subject: "payments.1", Text: "payments.1 is ready after 23ms"},
			"14:00:00  ready     payments.1 is ready after 23ms"},
		{"the text contains it", api.Deed{Kind: "restart", Subject: "orders", Text: "restarting orders"}, "14:00:00  restart   restarting orders"},
		{"the text names an instance of it", api.Deed{Kind: "stop", Subject: "orders", Text: "orders.2 is stopped"}, "14:00:00  stop      orders.2 is stopped"},
		{"the text does not name it", api.Deed{Kind: "up", Subject: "shop", Text: "2 services start"}, "14:00:00  up        shop        2 services start"},
		{"another name begins like it", api.Deed{Kind: "stop", Subject: "orders", Text: "orders-v2 takes over"}, "14:00:00  stop      orders      orders-v2 takes over"},
		{"another word ends like it", api.Deed{Kind: "up", Subject: "shop", Text: "the workshop starts"}, "14:00:00  up        shop        the workshop starts"},
		{"the second place is the word", api.Deed{Kind: "stop", Subject: "a", Text: "started after a"}, "14:00:00  stop      started after a"},
		{"nothing has a subject", api.Deed{Kind: "notice", Text: "the disk is full"}, "14:00:00  notice    the disk is full"},
		{"the cause and its place follow", api.Deed{Kind: "reload", Subject: "shop", Text: "applied 1 change", Why: "the file changed", Where: "banyan.yaml:3:1"},
			"14:00:00  reload    shop        applied 1 change  the file changed (banyan.yaml:3:1)"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			row.deed.At = at
			if got := s.deed(row.deed); got != row.want {
				t.Fatalf("written %q, want %q", got, row.want)
			}
		})
	}
}
