package supervise

import (
	"context"
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
)

// Adopt keeps what the keeper runs already, and returns how many. When it returns all of them are in the registry with the
// state that they had: what was ready gets requests at once and is probed at once. It is called once, before Keep.
func (s *Supervisor) Adopt(app *graph.App) int {
	remembered := map[string]past{}
	if s.means.Folder != "" {
		remembered = readRecord(s.means.Folder)
	}
	count := 0
	for _, child := range s.means.Processes.Children() {
		if err := s.adopt(app, child, remembered[child.Key]); err != nil {
			s.means.Journal.Record(journal.Entry{
				Kind: journal.Notice, Subject: child.Key, Text: child.Key + " is not taken over", Why: err.Error(),
			})
			continue
		}
		count++
	}
	return count
}

func (s *Supervisor) adopt(app *graph.App, child keeper.Child, before past) error {
	o, port, err := orderOf(app, child.Meta)
	if err != nil {
		return err
	}
	k, err := s.add(o)
	if err != nil {
		return err
	}
	k.recall(child, before, port)
	k.publish()
	k.record(journal.Takeover, fmt.Sprintf("took over %s, process %d", k.id, child.PID), "the control process began anew")
	s.group.Go(k.id, func(ctx context.Context) error { return k.resume(ctx, child) })
	return nil
}

// recall sets the state that the process had. A record of another process says how often it ended, and no more.
func (k *kept) recall(child keeper.Child, before past, port int) {
	k.listenOn(port)
	k.status.Ends, k.status.Restarts, k.status.Started = before.Ends, before.Restarts, child.Started
	k.status.PID = child.PID
	state := Starting
	if before.PID == child.PID && before.State != Waiting && before.State != "" {
		state = before.State
		k.status.Since, k.status.H2, k.status.ReadyIn, k.status.Reason = before.Since, before.H2, before.ReadyIn, before.Reason
	}
	k.health.resume(child.Started, before.Since, state)
	if child.Exited != nil && state != Draining {
		state = Waiting // nobody shall be sent there while its end is looked into
	}
	if state == Unready && before.ReadyIn == 0 {
		k.health.ever = false // it was never ready: its protocol is still to be asked for
		k.health.late = true
	}
	k.status.State = state
	if k.status.Since.IsZero() {
		k.status.Since = time.Now()
	}
}
