package node

import (
	"context"
	"fmt"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/deed"
	"github.com/banyan-run/banyan/internal/telemetry/line"
	"github.com/banyan-run/banyan/internal/telemetry/red"
	"github.com/banyan-run/banyan/internal/telemetry/store"
)

// sight is what sees: the journal, the store of spans and lines, the meter, and what masks secrets in all of them.
type sight struct {
	secrets  *redact.Set
	journal  *deed.Journal
	store    telemetry.Store
	meter    *red.Meter
	recorder *telemetry.Recorder
	// limit bounds what is kept; nil where nothing is kept on disk.
	limit func(store.Limits)
	// blind says why nothing is kept on disk, nil when it is.
	blind *api.Problem
}

// memoryTraces bounds what is kept where the disk cannot be used.
const memoryTraces = 2000

func openSight(ctx context.Context, group *lifecycle.Group, s state) (*sight, error) {
	v := &sight{secrets: &redact.Set{}, meter: red.New()}
	var err error
	if v.journal, err = deed.Open(ctx, s.path("journal"), v.secrets); err != nil {
		return nil, unusable(s, err)
	}
	group.OnStop("journal", func(context.Context) error { return v.journal.Close() })
	v.openStore(ctx, group, s)
	v.recorder = telemetry.NewRecorder(ctx, telemetry.Means{
		Store: v.store, Redact: v.secrets, Meter: v.meter, Recognise: line.Recognise, Journal: v.journal,
	})
	group.OnStop("recorder", func(context.Context) error { return v.recorder.Close() })
	return v, nil
}

// openStore keeps what is seen in memory where it cannot be kept on disk: services run without it.
func (v *sight) openStore(ctx context.Context, group *lifecycle.Group, s state) {
	disk, err := store.Open(ctx, s.path("telemetry"), store.Options{Journal: v.journal})
	if err == nil {
		v.store, v.limit = disk, disk.Limit
		group.OnStop("store", func(context.Context) error { return disk.Close() })
		return
	}
	v.store = store.NewMemory(memoryTraces)
	v.blind = &api.Problem{
		Code: string(diag.StateUnusable), Text: fmt.Sprintf("traces and lines are kept in memory only: %v", err),
		Likely: "the folder .banyan cannot be written, or the disk is full",
	}
	v.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "telemetry", Text: v.blind.Text, Why: v.blind.Likely, Code: diag.StateUnusable})
}

// problems are what is wrong with seeing.
func (v *sight) problems() []api.Problem {
	var all []api.Problem
	if v.blind != nil {
		all = append(all, *v.blind)
	}
	if err := v.recorder.Failure(); err != nil {
		all = append(all, api.Problem{
			Code: string(diag.StateUnusable), Text: fmt.Sprintf("traces and lines are not kept at present: %v", err), Likely: "the disk is full",
		})
	}
	if _, err := v.journal.Lost(); err != nil {
		all = append(all, api.Problem{
			Code: string(diag.StateUnusable), Text: fmt.Sprintf("the journal cannot be written at present: %v", err), Likely: "the disk is full",
		})
	}
	return all
}
