package supervise

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

// kept is one instance. All but told, exits and lines belongs to the goroutine that runs live.
type kept struct {
	*Supervisor
	id    string
	order Order
	told  chan Ending
	exits *exits
	lines *lines

	status Status
	health health
	// failed is the unwanted end that a start answers.
	failed bool
	// looked is when it was last looked at where the process listens.
	looked time.Time
}

func newKept(s *Supervisor, o Order) *kept {
	k := &kept{
		Supervisor: s, id: o.ID(), order: o, told: make(chan Ending, 1), exits: newExits(),
		lines: &lines{secrets: s.means.Secrets}, health: health{rule: o.Service.Health, held: o.Debug != nil},
	}
	k.status = Status{
		ID: k.id, Service: o.Service.Name, Number: o.Number, Release: o.Release, Generation: o.Generation,
		State: Starting, Since: time.Now(), Debug: o.Debug,
	}
	return k
}

// outcome is why a stage of an instance's life ended.
type outcome struct {
	// left says that the supervisor closed: the process lives on.
	left   bool
	ending *Ending
	exit   *keeper.Event
}

// live starts the process, again and again, until it is told to end.
func (k *kept) live(ctx context.Context) error {
	for {
		var o outcome
		if event, err := k.start(); err != nil {
			k.couldNotStart(err)
		} else if event != nil {
			o.exit = event
		} else {
			o = k.serve(ctx)
		}
		if o.exit != nil {
			k.ended(ctx, *o.exit)
		}
		if !o.left && o.ending == nil {
			o = k.pause(ctx)
		}
		if o.left {
			return nil
		}
		if o.ending != nil {
			return k.stop(ctx, *o.ending)
		}
	}
}

// resume takes over a process that runs, or that ended while nobody looked.
func (k *kept) resume(ctx context.Context, child keeper.Child) error {
	var o outcome
	switch {
	case child.Exited != nil && k.status.State == Draining:
		return k.forget("stopped "+k.id, "it was being stopped")
	case child.Exited != nil:
		k.ended(ctx, keeper.Event{Key: child.Key, PID: child.PID, Exit: *child.Exited})
		o = k.pause(ctx)
	case k.status.State == Draining:
		return k.stop(ctx, Ending{Why: "it was being stopped"})
	default:
		o = k.serve(ctx)
		if o.exit != nil {
			k.ended(ctx, *o.exit)
			o = k.pause(ctx)
		}
	}
	switch {
	case o.left:
		return nil
	case o.ending != nil:
		return k.stop(ctx, *o.ending)
	}
	return k.live(ctx)
}

// pause waits for the next start. An outcome without an ending says that it is time.
func (k *kept) pause(ctx context.Context) outcome {
	timer := time.NewTimer(time.Until(k.status.NextTry))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return outcome{left: true}
	case e := <-k.told:
		return outcome{ending: &e}
	case <-timer.C:
		k.status.Restarts++
		return outcome{}
	}
}

// move changes the state and publishes it.
func (k *kept) move(to State, reason string) {
	if k.status.State != to {
		k.status.State, k.status.Since = to, time.Now()
	}
	k.status.Reason = reason
	k.publish()
}

// publish tells the board and the registry.
func (k *kept) publish() {
	k.post(k.status)
	k.means.Registry.Put(k.entry())
}

// entry is the instance as callers see it: one that is about to be started again is coming, unless it keeps ending.
func (k *kept) entry() registry.Instance {
	states := map[State]registry.State{
		Starting: registry.Starting, Ready: registry.Ready, Unready: registry.Unready, Draining: registry.Draining, Waiting: registry.Starting,
	}
	state := states[k.status.State]
	if k.status.Looping && state == registry.Starting {
		state = registry.Unready
	}
	return registry.Instance{
		ID: k.id, Service: k.order.Service.Name, Number: k.order.Number, Address: k.status.Address, H2: k.status.H2,
		Protocol: k.order.Service.Protocol, Release: k.order.Release, State: state, Since: k.status.Since, Held: k.order.Debug != nil,
		PID: k.status.PID, Reason: k.status.Reason,
	}
}

func (k *kept) record(kind journal.Kind, text, why string) {
	k.means.Journal.Record(journal.Entry{Kind: kind, Subject: k.id, Text: text, Why: why, Where: k.order.Service.At})
}

func (k *kept) listenOn(port int) {
	k.status.Port, k.status.Address = port, ""
	if port > 0 {
		k.status.Address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
}
