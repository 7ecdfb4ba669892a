package supervise

import (
	"context"
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
)

// verdict is what one probe found.
type verdict struct {
	err error
	h2  bool
}

// serve probes the process until it ends, is told to end, or the supervisor closes.
func (k *kept) serve(ctx context.Context) outcome {
	probing, cancel := context.WithCancel(ctx)
	verdicts, busy := make(chan verdict, 1), false
	// The probe that is under way ends with its context; its verdict is taken so that nothing of it is left.
	defer func() {
		cancel()
		if busy {
			<-verdicts
		}
	}()
	timer, began := time.NewTimer(0), time.Now()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return outcome{left: true}
		case e := <-k.told:
			return outcome{ending: &e}
		case <-k.exits.wake:
			if event, over := k.exits.of(k.status.PID); over {
				return outcome{exit: &event}
			}
		case <-timer.C:
			busy, began = true, time.Now()
			address, ever := k.status.Address, k.health.ever
			go func() { verdicts <- k.probe(probing, address, ever) }()
		case v := <-verdicts:
			busy = false
			k.judge(v)
			if !k.order.Service.Listens() {
				continue // a worker is ready once it runs, and is looked at no more
			}
			// From one probe's start to the next one's: one that hangs must not put off the verdict.
			if !k.health.settled() {
				timer.Reset(k.health.pause() - time.Since(began))
			}
		}
	}
}

// probe asks once. The protocol is asked for before the first readiness only: it does not change while a process lives.
func (k *kept) probe(ctx context.Context, address string, ever bool) verdict {
	service := k.order.Service
	if !service.Listens() {
		return verdict{}
	}
	bounded, cancel := context.WithTimeout(ctx, k.health.timeout())
	defer cancel()
	if err := k.means.Prober.Probe(bounded, address, service.Health); err != nil {
		return verdict{err: err}
	}
	if ever {
		return verdict{}
	}
	h2, err := k.means.Prober.Speaks(bounded, address, service.Protocol)
	return verdict{err, h2}
}

// judge draws the conclusion of a probe.
func (k *kept) judge(v verdict) {
	first := !k.health.ever
	switch k.health.note(v.err, time.Now()) {
	case becameReady:
		if first {
			k.status.H2 = v.h2
			k.status.ReadyIn = time.Since(k.status.Started)
		}
		k.becameReady(first)
	case becameUnready:
		k.becameUnready(v.err)
	case becameLate:
		k.becameLate(v.err)
	default:
		k.expect(time.Now())
	}
}

func (k *kept) becameReady(first bool) {
	k.failed = false
	k.status.Problem, k.status.Looping = nil, false
	k.move(Ready, "")
	text := k.id + " is ready again"
	if first {
		text = fmt.Sprintf("%s is ready after %s", k.id, k.status.ReadyIn.Round(time.Millisecond))
	}
	why := "its health check passed"
	if !k.order.Service.Listens() {
		why = "it runs, and listens on nothing"
	}
	k.record(journal.Ready, text, why)
}
