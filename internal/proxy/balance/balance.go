package balance

import (
	"cmp"
	"math/rand/v2"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// Layer chooses the instance of callee that a try goes to, holds the call while none is ready but one is coming, and tries again
// by the policy. It sets x.Endpoint and x.Note (Instance, Tries, Queued). state is kept over reloads.
func Layer(callee string, from Endpoints, state *State, retry RetryPolicy) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return &balancer{callee: callee, from: from, state: state, mine: state.callee(callee), retry: retry, next: next}
	}
}

type balancer struct {
	callee string
	from   Endpoints
	state  *State
	mine   *calleeState
	retry  RetryPolicy
	next   exchange.Handler
}

// Handle makes one try after the other until one is final.
func (b *balancer) Handle(x *exchange.Exchange) error {
	arrived := x.Now
	if arrived.IsZero() {
		arrived = time.Now()
	}
	b.mine.budget.call(arrived)
	for failed := ""; ; {
		chosen, err := b.choose(x, failed)
		if err != nil {
			return err
		}
		err = b.try(x, chosen)
		if !b.retry.again(x, err) {
			return err
		}
		now := time.Now()
		if !b.allowed(x, now) {
			return err
		}
		b.state.retried(x.Edge.Caller, now)
		// Nobody reads the body once the reply is dropped; what was read meanwhile may have been too much to keep.
		x.Reply.Drop()
		if !x.Body.Rewind() {
			return cmp.Or(err, error(problem.New(diag.UpstreamReset, "the request could not be sent again").At(x.Edge.Caller, b.callee)))
		}
		alone := failed == x.Endpoint.Address
		failed = x.Endpoint.Address
		if alone {
			b.rest(x)
		}
	}
}

// rest waits a moment before the same instance is tried again.
func (b *balancer) rest(x *exchange.Exchange) {
	const moment = 25 * time.Millisecond
	select {
	case <-time.After(moment/2 + rand.N(moment)):
	case <-x.Ctx.Done():
	}
}

// try sends x to the chosen instance and learns from how it went.
func (b *balancer) try(x *exchange.Exchange, chosen *load) error {
	chosen.inFlight.Add(1)
	open := false
	// Deferred, for a panic behind must not count at the instance for ever: nobody could drain it.
	defer func() {
		if !open {
			_ = chosen.release()
		}
	}()
	err := b.next.Handle(x)
	if err == nil {
		answered := x.Note.Answered
		if !answered.After(x.Note.Queued) { // by what does not say so
			answered = time.Now()
		}
		chosen.observe(answered.Sub(x.Note.Queued), answered)
		x.Reply.OnClose(chosen.release)
		open = true
		return nil
	}
	switch problem.CauseOf(err).Code {
	case diag.ConnectFailed, diag.UpstreamReset:
		chosen.suspect.Store(time.Now().Add(suspicion).UnixNano())
	case diag.UpstreamTimeout:
		chosen.observe(time.Since(x.Note.Queued), time.Now())
	}
	return err
}

// suspicion is how long an instance whose connection failed is passed over while there are others.
const suspicion = time.Second

// choose sets the endpoint of the next try. It holds the call while an instance is coming.
func (b *balancer) choose(x *exchange.Exchange, failed string) (*load, error) {
	set := b.from.Endpoints(b.callee)
	if len(set.Ready) == 0 {
		var err error
		if set, err = b.hold(x, set); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	chosen, at := b.pick(set, failed, now.UnixNano())
	x.Endpoint = set.Ready[at]
	x.Note.Instance, x.Note.Queued = x.Endpoint.Instance, now
	x.Note.Tries++
	return chosen, nil
}

// holdTime bounds the wait for an instance where the exchange has no deadline.
const holdTime = 30 * time.Second

// mostHeld bounds the calls that wait for one callee: each holds a connection, and a service may start for long.
const mostHeld = 1024

// hold waits until an instance is ready. A service that nobody starts is not waited for.
func (b *balancer) hold(x *exchange.Exchange, set Set) (Set, error) {
	defer b.mine.held.Add(-1)
	if b.mine.held.Add(1) > mostHeld {
		return set, problem.New(diag.NoInstance, "no instance of %s is ready, and too many calls wait for one", b.callee).
			At(x.Edge.Caller, b.callee)
	}
	wait := holdTime
	if !x.Deadline.IsZero() {
		wait = time.Until(x.Deadline)
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for len(set.Ready) == 0 {
		if !set.Coming {
			return set, b.absent(set).At(x.Edge.Caller, b.callee)
		}
		select {
		case <-set.Changed:
			set = b.from.Endpoints(b.callee)
		case <-timeout.C:
			if set.Absent != "" {
				return set, b.absent(set).At(x.Edge.Caller, b.callee)
			}
			return set, problem.New(diag.NoInstance, "no instance of %s was ready in time", b.callee).At(x.Edge.Caller, b.callee)
		case <-x.Ctx.Done():
			return set, problem.New(diag.ClientGone, "the client left").Because(x.Ctx.Err())
		}
	}
	return set, nil
}

// absent is the refusal of a callee that nobody starts.
func (b *balancer) absent(set Set) *problem.Cause {
	if set.Absent != "" {
		return problem.New(diag.NoInstance, "%s", set.Absent)
	}
	return problem.New(diag.NoInstance, "no instance of %s is ready", b.callee)
}

// pick takes the better of two chosen at random ("the power of two choices", Mitzenmacher 1996), without those that are
// suspected or failed just now as long as there is another.
func (b *balancer) pick(set Set, failed string, now int64) (*load, int) {
	n := len(set.Ready)
	if n == 1 {
		return b.load(set, 0), 0
	}
	first := b.sound(set, rand.IntN(n), -1, failed, now)
	second := b.sound(set, rand.IntN(n), first, failed, now)
	if first < 0 {
		first = max(b.sound(set, rand.IntN(n), -1, failed, 0), 0)
	}
	one := b.load(set, first)
	if second >= 0 {
		if other := b.load(set, second); other.cost() < one.cost() {
			return other, second
		}
	}
	return one, first
}

// sound is the first instance from start on, around the end, that is not taken and not shunned: -1 when there is none. With now 0
// suspicion is no reason, so that one of several is always found.
func (b *balancer) sound(set Set, start, taken int, failed string, now int64) int {
	n := len(set.Ready)
	for i := range n {
		at := (start + i) % n
		if at != taken && set.Ready[at].Address != failed && (now == 0 || !b.load(set, at).suspected(now)) {
			return at
		}
	}
	return -1
}

func (b *balancer) load(set Set, i int) *load { return b.mine.instance(set.Ready[i].Address, set) }
