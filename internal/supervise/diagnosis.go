package supervise

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
)

// lastWords bounds the wait for what a process wrote before it ended, which comes by another way than its end.
const lastWords = 300 * time.Millisecond

// couldNotStart tells why there is no process, and sets the next try.
func (k *kept) couldNotStart(err error) {
	now := time.Now()
	k.failed = true
	k.retry(now, 0)
	p := &Problem{Code: diag.ProgramMissing, Where: k.order.Service.Run.At, Instance: k.id, Next: k.status.NextTry}
	var refusal diag.Diagnostic
	switch {
	case errors.As(err, &refusal):
		p.Code, p.Text, p.Likely = refusal.Code, k.id+" cannot be started: "+refusal.Message, refusal.Hint
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission), errors.Is(err, keeper.ErrNoDir):
		p.Text = fmt.Sprintf("%s cannot be started: %v", k.id, err)
		p.Likely = "it was not built, or run is not relative to dir"
	default:
		p.Code, p.Text = diag.ExitedEarly, fmt.Sprintf("%s cannot be started: %v", k.id, err)
	}
	k.tell(Waiting, journal.Exit, p)
}

// ended tells why a process that nobody stopped is gone, and sets the next try.
func (k *kept) ended(ctx context.Context, e keeper.Event) {
	patience, cancel := context.WithTimeout(ctx, lastWords)
	k.lines.await(patience, e.Last)
	cancel()
	wasReady := k.health.ever
	at := e.Exit.At
	if at.IsZero() {
		at = time.Now()
	}
	k.failed = true
	k.retry(at, k.health.readyFor(at))
	exit := &Exit{e.Exit.Code, e.Exit.Signal, at}
	k.status.PID, k.status.LastExit = 0, exit
	p := &Problem{
		Code: diag.ExitedEarly, Where: k.order.Service.At, Instance: k.id, Exit: exit, Next: k.status.NextTry, Lines: k.lines.last(),
		Text: fmt.Sprintf("%s ended before it was ready, %s", k.id, how(*exit)),
	}
	p.Likely = k.likely(e.Exit, p.Lines)
	kind := journal.Exit
	switch {
	case k.status.Looping:
		p.Code, kind = diag.CrashLoop, journal.Crash
		p.Text = fmt.Sprintf("%s keeps ending, %s: %d times in a row", k.id, how(*exit), k.status.Ends.Count)
	case wasReady:
		p.Code, p.Text = diag.Ended, fmt.Sprintf("%s ended by itself, %s", k.id, how(*exit))
	}
	k.tell(Waiting, kind, p)
}

// debuggedPause lies between an end and the next start of what is debugged: whoever debugs ends it on purpose, and may do so often.
const debuggedPause = time.Second

// retry counts an end and sets the next try. What is debugged keeps no count.
func (k *kept) retry(at time.Time, served time.Duration) {
	if k.order.Debug != nil {
		k.status.NextTry, k.status.Looping = at.Add(debuggedPause), false
		return
	}
	if !at.Equal(k.status.Ends.Last) { // the control process before this one may have counted it
		k.status.Ends = k.status.Ends.Add(at, served)
	}
	k.status.NextTry, k.status.Looping = k.status.Ends.Next(), k.status.Ends.Looping()
}

func (k *kept) likely(e keeper.Exit, lines []string) string {
	if k.means.Reason == nil {
		return ""
	}
	return k.means.Reason(Failure{k.order.Service, e.Code, e.Signal, e.Core, lines})
}

// how says an end in words.
func how(e Exit) string {
	if e.Signal != "" {
		return "killed by " + e.Signal
	}
	return fmt.Sprintf("with code %d", e.Code)
}

func (k *kept) becameUnready(err error) {
	k.tell(Unready, journal.Unready, &Problem{
		Code: diag.BecameUnready, Where: k.healthAt(), Instance: k.id, Lines: k.lines.last(),
		Text: fmt.Sprintf("%s is not healthy any more: %s, %d times in a row", k.id, k.found(err), k.health.failures),
	})
}

func (k *kept) becameLate(err error) {
	k.tell(Unready, journal.Unready, &Problem{
		Code: diag.NotReady, Where: k.healthAt(), Instance: k.id, Lines: k.lines.last(),
		Text:   fmt.Sprintf("%s did not become ready: %s for %s", k.id, k.found(err), k.health.rule.Within),
		Likely: k.elsewhere(),
	})
}

// healthAt is the line that says how health is probed.
func (k *kept) healthAt() diag.Position {
	if at := k.order.Service.Health.At; !at.IsZero() {
		return at
	}
	return k.order.Service.At
}

// found says what was probed, and what it answered.
func (k *kept) found(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", k.health.timeout())
	}
	rule := k.order.Service.Health
	switch rule.Kind {
	case graph.ByHTTP:
		return "GET " + rule.Path + strings.TrimPrefix(": "+err.Error(), ": GET "+rule.Path)
	case graph.ByGRPC:
		return fmt.Sprintf("gRPC health of %q: %v", rule.Service, err)
	}
	port := fmt.Sprintf("its port %d", k.status.Port)
	if rest, names := strings.CutPrefix(err.Error(), k.status.Address+" "); names {
		return port + " " + rest
	}
	return port + ": " + err.Error()
}

// tell puts a problem where people and callers see it.
func (k *kept) tell(state State, kind journal.Kind, p *Problem) {
	k.status.Problem = p
	k.move(state, p.Text)
	why := p.Likely
	if !p.Next.IsZero() {
		why = strings.TrimPrefix(fmt.Sprintf("%s; next try in %s", why, k.pauseBefore()), "; ")
	}
	k.means.Journal.Record(journal.Entry{
		Kind: kind, Subject: k.id, Text: p.Text, Why: why, Where: p.Where, Code: p.Code, Lines: p.Lines,
	})
}

// pauseBefore is how long the next try is waited for.
func (k *kept) pauseBefore() time.Duration {
	if k.order.Debug != nil {
		return debuggedPause
	}
	return k.status.Ends.Pause()
}
