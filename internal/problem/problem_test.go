package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestFrom(t *testing.T) {
	refusal := New(diag.CallNotDeclared, "reviews may not call payments: reviews declares no such call.").At("reviews", "payments")
	refusal.Fix = FixAt(diag.Position{File: "banyan.yaml", Line: 52, Column: 5}, "calls: {payments: }")
	rows := []struct {
		sentence string
		err      error
		audience Audience
		status   int
		told     bool
	}{
		{"those inside are told the hop and the fix", refusal, Inside, 403, true},
		{"those outside are not", refusal, Outside, 403, false},
		{"a wrapped cause keeps its code", fmt.Errorf("handling: %w", refusal), Inside, 403, true},
		{"a deadline is a gateway timeout", context.DeadlineExceeded, Outside, 504, false},
		{"an unknown error is ours", errors.New("boom"), Outside, 500, false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			p := From(row.err, row.audience, "4bf92f3577b34da6a3ce929d0e0e4736")
			if p.Status != row.status || (p.Fix != nil) != row.told || (p.Hop != "") != row.told || (p.Detail != "") != row.told {
				t.Fatalf("%+v", p)
			}
			var back Problem
			if err := json.Unmarshal(p.JSON(), &back); err != nil || back.Code != p.Code {
				t.Fatalf("%s: %v", p.JSON(), err)
			}
		})
	}
}

func TestEveryStatusIsOfAKnownCode(t *testing.T) {
	for code := range statuses {
		if _, known := diag.Lookup(code); !known {
			t.Errorf("%s has a status and no entry", code)
		}
	}
}

func TestTheTextOfACause(t *testing.T) {
	left := func(err error) *Cause { return New(diag.ClientGone, "the client left").Because(err) }
	rows := []struct {
		sentence   string
		cause      *Cause
		text, bare string
	}{
		{"a cause alone", New(diag.NoRoute, "no route"), "BYN-3004 no route", "no route"},
		{"with the error below", left(context.Canceled), "BYN-3025 the client left: context canceled", "the client left: context canceled"},
		{"the same twice is said once", left(left(context.Canceled)), "BYN-3025 the client left: context canceled", "the client left: context canceled"},
		{"and three times, wrapped", left(fmt.Errorf("writing: %w", left(left(nil)))), "BYN-3025 the client left", "the client left"},
		{"another cause below is said", New(diag.ConnectFailed, "no connection").Because(left(nil)),
			"BYN-3021 no connection: BYN-3025 the client left", "no connection: BYN-3025 the client left"},
		{"the same code with another detail too", New(diag.NoRoute, "no route").Because(New(diag.NoRoute, "none at all")),
			"BYN-3004 no route: BYN-3004 none at all", "no route: BYN-3004 none at all"},
	}
	for _, row := range rows {
		if row.cause.Error() != row.text || row.cause.Reason() != row.bare {
			t.Errorf("%s: %q, %q", row.sentence, row.cause.Error(), row.cause.Reason())
		}
	}
}
