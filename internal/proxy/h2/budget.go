package h2

import (
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// budget bounds what a peer may ask for that brings nobody an answer: resets of what it just asked (CVE-2023-44487), pings, settings,
// empty frames, windows that grow by next to nothing (CVE-2019-9511), what comes for streams that are over. Each has a price; the budget grows with time, and with each exchange that was answered and each frame of a body that
// was sent, so that a busy peer may be as restless as it is useful.
type budget struct {
	left float64
	at   time.Time
	// earned is added by those who answer.
	earned atomic.Int64
}

const (
	// mostBudget is what an idle connection has, growth what it gains in a second.
	mostBudget = 1000
	growth     = 100
	// rewardOfExchange and rewardOfFrame are what an answer, and a piece of its body, bring: as much as a client pays that gives back
	// the windows of each small piece at once.
	rewardOfExchange = 2 * priceOfReset
	rewardOfFrame    = 2 * priceOfControl
)

var errFlood = errors.New("the peer asks for too much that brings no answer")

func (b *budget) pay(price int, now time.Time) error {
	if b.at.IsZero() {
		b.left = mostBudget
	} else {
		b.left = min(mostBudget, b.left+growth*now.Sub(b.at).Seconds()+float64(b.earned.Swap(0)))
	}
	b.at = now
	if b.left -= float64(price); b.left < 0 {
		return broken(http2.ErrCodeEnhanceYourCalm, errFlood)
	}
	return nil
}
