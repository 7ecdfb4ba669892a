package reconcile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/subset"
)

// twelve services, of which orders needs two.
func twelve() *graph.App {
	app := appOf("web>orders,reviews,search", "orders>payments", "payments>ledger", "ledger", "reviews>catalog", "catalog", "search>catalog",
		"admin>orders", "mail", "stock", "prices", "audit")
	app.Groups = []*graph.Group{{Name: "back", At: at(200), Members: []graph.Member{{Name: "mail", At: at(201)}, {Name: "audit", At: at(202)}}}}
	return app
}

func TestOnlyTheClosureRuns(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		s.begin(twelve())
		s.settle(time.Second)
		s.ids("ledger.1", "orders.1", "payments.1")
		if o := s.instances.order("payments.1"); o.Why != "banyan up: called by orders" {
			s.Errorf("payments was started because: %s", o.Why)
		}
		got := s.service("reviews")
		if !got.Absent || got.Phase != Stopped || got.Desired != 0 || got.Because[0].Kind != subset.Uncalled {
			s.Errorf("reviews is %+v", got)
		}
		if why := s.expected.because("reviews"); s.expected.of("reviews") != 0 || !strings.Contains(why, "not in this run's set") || !strings.Contains(why, "banyan start reviews") {
			s.Errorf("callers of reviews are told %q", why)
		}
		if got := s.service("payments"); got.Absent || got.Because[0].String() != "called by orders" || got.Because[0].At != at(22) {
			s.Errorf("payments is %+v", got)
		}
		// All of the set, and nothing else, is what no name means.
		for _, wish := range []func([]string) error{s.Stop, s.Start, s.Restart} {
			if err := wish(nil); err != nil {
				s.Fatal(err)
			}
			s.settle(3 * time.Second)
		}
		s.ids("ledger.2", "orders.2", "payments.2")
	})
}

func TestWhatIsLeftOutIsTold(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders", "back"}, Except: []string{"payments"}}
		s.begin(twelve())
		s.settle(time.Second)
		s.ids("audit.1", "mail.1", "orders.1")
		if why := s.expected.because("payments"); !strings.Contains(why, "left out by --except payments") || !strings.Contains(why, "banyan start payments") {
			s.Errorf("orders is told of payments: %q", why)
		}
		if err := s.Start([]string{"payments"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		s.ids("audit.1", "ledger.1", "mail.1", "orders.1", "payments.1")
	})
}

func TestStartBringsWhatAServiceNeeds(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		s.begin(twelve())
		s.settle(time.Second)
		if err := s.Stop([]string{"payments"}); err != nil {
			s.Fatal(err)
		}
		if told := s.journal.find(journal.Stop, "payments"); len(told) != 1 || !strings.Contains(told[0].Text, "calls of orders to it are refused") {
			s.Errorf("the journal says %+v", told)
		}
		s.settle(time.Second)
		s.ids("ledger.1", "orders.1")
		if err := s.Start([]string{"reviews", "admin"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		s.ids("admin.1", "catalog.1", "ledger.1", "orders.1", "payments.1", "reviews.1")
		for service, want := range map[string]string{"reviews": operator, "catalog": "called by reviews", "payments": "called by orders"} {
			told := s.journal.find(journal.Start, service)
			if len(told) != 1 || told[0].Why != want || told[0].Where.IsZero() {
				s.Errorf("of %s the journal says %+v, want %s", service, told, want)
			}
		}
		if err := s.Start([]string{"orers"}); err == nil || !strings.Contains(err.Error(), `did you mean "orders"?`) {
			s.Errorf("a slip: %v", err)
		}
		if err := s.Start([]string{"back"}); err != nil {
			s.Error(err)
		}
		s.settle(time.Second)
		if got := s.service("mail"); got.Phase != Running || got.Because[0].String() != "group back" {
			s.Errorf("mail is %+v", got)
		}
	})
}

func TestAStopOfWhatIsNotInTheSetIsNotKept(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		s.begin(twelve())
		s.settle(time.Second)
		if err := s.Stop([]string{"catalog"}); err != nil {
			s.Fatal(err)
		}
		if told := s.journal.find(journal.Stop, "catalog"); len(told) > 0 {
			s.Errorf("the journal says %+v", told)
		}
		if got := s.service("catalog"); !got.Absent {
			s.Errorf("catalog is %+v", got)
		}
		if err := s.Start([]string{"reviews"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		s.ids("catalog.1", "ledger.1", "orders.1", "payments.1", "reviews.1")
	})
}

func TestTheSetOutlivesTheControlProcessAndNotTheRun(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		s.begin(twelve())
		s.settle(time.Second)
		if err := s.Scale("stock", 2); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		want := []string{"ledger.1", "orders.1", "payments.1", "stock.1", "stock.2"}
		s.ids(want...)
		s.instances.deeds()
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.begin(twelve())
		s.settle(time.Second)
		s.ids(want...)
		if deeds := s.instances.deeds(); len(deeds) > 0 {
			s.Errorf("the new control process did %v", deeds)
		}
		if w := s.Wish(); !slices.Equal(w.Names, []string{"orders", "stock"}) {
			s.Errorf("the wish is %+v", w)
		}
		if err := s.Down(s.Context()); err != nil {
			s.Fatal(err)
		}
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.means.Run, s.means.Wish = "run2", subset.Wish{Names: []string{"stock"}}
		s.begin(twelve())
		s.settle(time.Second)
		s.ids("stock.1")
	})
}

func TestAReloadBringsInWhatIsCalledNowAndLetsGoOfTheRest(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		app := twelve()
		s.begin(app)
		s.settle(time.Second)
		next := edited(app, "orders", func(o *graph.Service) {
			o.Calls = []*graph.Call{{To: "stock", At: at(77), Timeout: time.Second}}
		})
		retract := s.Announce(next)
		if s.expected.of("stock") != 1 || s.expected.of("mail") != 0 {
			s.Error("callers are not told to wait for stock alone")
		}
		retract()
		if s.expected.of("stock") != 0 {
			s.Error("it was not taken back")
		}
		s.Announce(next)
		s.instances.deeds()
		s.Apply(next, "banyan.yaml changed")
		if got := s.service("payments"); got.Ready != 1 || !got.Absent || !strings.Contains(got.Doing, "not in the set any more") {
			s.Errorf("payments is %+v", got)
		}
		s.settle(5 * time.Second)
		s.ids("orders.2", "stock.1")
		deeds := s.instances.deeds()
		if slices.Index(deeds, "gone orders.1") > slices.Index(deeds, "end payments.1") {
			s.Errorf("payments ended before its caller: %v", deeds)
		}
		if told := s.journal.find(journal.Start, "stock"); len(told) != 1 || told[0].Why != "called by orders" || told[0].Where != at(77) {
			s.Errorf("of stock the journal says %+v", told)
		}
		if told := s.journal.find(journal.Stop, "payments"); len(told) != 1 || told[0].Why != "nothing in the set needs it" {
			s.Errorf("of payments the journal says %+v", told)
		}
	})
}

func TestWhatIsNotInTheSetFollowsTheFile(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"orders"}}
		app := twelve()
		s.begin(app)
		s.settle(time.Second)
		next := edited(app, "mail", func(m *graph.Service) { m.Env = []graph.Variable{{Name: "X", Value: "1", At: at(90)}} })
		changes := Compare(app, next, s.Wish())
		if len(changes) != 1 || changes[0].Action != Swap || !strings.Contains(changes[0].Text, "not in the set of this run") {
			s.Errorf("the changes are %+v", changes)
		}
		s.Apply(next, "")
		s.settle(time.Second)
		s.ids("ledger.1", "orders.1", "payments.1")
		if err := s.Restart([]string{"mail"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		if o := s.instances.order("mail.1"); o.Service == nil || len(o.Service.Env) != 1 {
			s.Errorf("mail was started from an older file: %+v", o)
		}
	})
}

func TestAChangedGroupMovesServices(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Wish = subset.Wish{Names: []string{"back"}}
		app := twelve()
		s.begin(app)
		s.settle(time.Second)
		s.ids("audit.1", "mail.1")
		next := *app
		next.Groups = []*graph.Group{{Name: "back", At: at(200), Members: []graph.Member{{Name: "mail", At: at(201)}, {Name: "stock", At: at(202)}}}}
		var told []string
		for _, c := range Compare(app, &next, s.Wish()) {
			told = append(told, string(c.Action)+" "+c.Subject+": "+c.Text)
		}
		want := []string{"stop audit: nothing in the set needs it any more", "start stock: 1 instance, group back", "swap back: group mail, audit → mail, stock"}
		if !slices.Equal(told, want) {
			s.Errorf("it tells %q", told)
		}
		s.Apply(&next, "")
		s.settle(time.Second)
		s.ids("mail.1", "stock.1")
	})
}
