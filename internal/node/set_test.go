package node

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
)

// dozen is an application of twelve services: orders calls payments and catalog, payments calls ledger; the others stand alone.
func dozen() string {
	var b strings.Builder
	b.WriteString("\nbanyan: 1\napp: dozen\ngateway:\n  listen: LISTEN\n  routes:\n    - {path: /orders/**, to: orders, strip: /orders}\n" +
		"    - {path: /mail/**, to: mail, strip: /mail}\ngroups: {back: [mail, audit]}\nservices:\n" +
		"  orders: {run: SELF, health: /healthz, calls: [payments, catalog]}\n  payments: {run: SELF, health: /healthz, calls: [ledger]}\n")
	for _, name := range []string{"ledger", "catalog", "mail", "audit", "stock", "prices", "search", "reviews", "admin", "web"} {
		fmt.Fprintf(&b, "  %s: {run: SELF, health: /healthz}\n", name)
	}
	return b.String()
}

// runs waits until the processes are those, and all that should run does.
func (s *stage) runs(names ...string) {
	s.t.Helper()
	slices.Sort(names)
	s.until("these run and no others: "+strings.Join(names, ", "), func(all map[string]api.Service) bool {
		return slices.Equal(slices.Sorted(maps.Keys(s.processes())), names) && !slices.ContainsFunc(slices.Collect(maps.Values(all)), func(one api.Service) bool {
			return !one.Absent && !still(one)
		})
	})
}

func TestOneOfTwelveRunsWithItsClosureAlone(t *testing.T) {
	s := upSet(t, t.TempDir(), dozen(), []string{"orders"})
	s.runs("catalog.1", "ledger.1", "orders.1", "payments.1")
	if status := s.get("/orders/call/payments/x", nil); status != http.StatusOK {
		t.Fatalf("orders called payments: %d", status)
	}
	var refused problem.Problem
	if status := s.get("/mail/x", &refused); status != http.StatusServiceUnavailable || !strings.Contains(refused.Detail, "not in this run's set") {
		t.Fatalf("mail answered %d: %+v", status, refused)
	}
	services, err := s.client.Services(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range services {
		if one.Name == "ledger" && (len(one.Because) != 1 || one.Because[0].Text != "called by payments" || !strings.HasPrefix(one.Because[0].Where, "banyan.yaml:")) {
			t.Errorf("ledger is in the set because of %+v", one.Because)
		}
	}
	before := s.processes()
	if err := s.client.Start(t.Context(), "back"); err != nil {
		t.Fatal(err)
	}
	s.runs("audit.1", "catalog.1", "ledger.1", "mail.1", "orders.1", "payments.1")
	s.takeOver()
	s.runs("audit.1", "catalog.1", "ledger.1", "mail.1", "orders.1", "payments.1")
	after := s.processes()
	for id, pid := range before {
		if after[id] != pid {
			t.Errorf("%s was %d, and is %d", id, pid, after[id])
		}
	}
	if got := s.app().Wanted.Names; !slices.Equal(got, []string{"back", "orders"}) {
		t.Errorf("wanted are %v", got)
	}
}

func TestACallThatIsNewBringsItsCalleeUnderLoad(t *testing.T) {
	s := upSet(t, t.TempDir(), dozen(), []string{"orders", "-ledger"})
	s.runs("catalog.1", "orders.1", "payments.1")
	var refused problem.Problem
	if s.get("/orders/call/payments/call/ledger/x", &refused); !strings.Contains(refused.Detail, "left out by --except ledger") {
		t.Errorf("payments is told %+v", refused)
	}
	lost := s.under("/orders/call/payments/x", func() {
		s.edit("calls: [payments, catalog]", "calls: [payments, stock]")
		s.runs("orders.2", "payments.1", "stock.1")
	})
	if len(lost) > 0 {
		t.Errorf("requests failed: %v", lost)
	}
	entries, err := s.client.Journal(t.Context(), 200)
	if err != nil {
		t.Fatal(err)
	}
	told := func(kind journal.Kind, subject, why string) bool {
		return slices.ContainsFunc(entries, func(d api.Deed) bool {
			return d.Kind == string(kind) && d.Subject == subject && d.Why == why
		})
	}
	if !told(journal.Start, "stock", "called by orders") || !told(journal.Stop, "catalog", "nothing in the set needs it") ||
		!told(journal.Notice, "payments", "ledger was left out by --except ledger") {
		t.Errorf("the journal says %+v", entries)
	}
}
