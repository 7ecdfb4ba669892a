package h2_test

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// TestAConnectionOutlivesTheTimeForItsPreface holds the deadline of the preface against what comes after it.
func TestAConnectionOutlivesTheTimeForItsPreface(t *testing.T) {
	const forHead = 100 * time.Millisecond
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		select {
		case <-x.Ctx.Done():
			return x.Ctx.Err()
		case <-time.After(3 * forHead):
		}
		x.Answer(200, "text/plain", []byte("late"))
		return nil
	}), func(s *proxy.Server) { s.Limits.HeadTime = forHead })
	framer := byHand(t, s.address, 1<<16, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	if got := status(t, framer); got != "200" {
		t.Fatalf("answered %s", got)
	}
}
