package waterfall

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

var start = time.Unix(1000, 0)

func id(n int) (s trace.SpanID) {
	s[0], s[6], s[7] = 1, byte(n>>8), byte(n)
	return s
}

func ms(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// hop makes both sides of one exchange: caller's span 2n, callee's 2n+1.
func hop(n int, parent trace.SpanID, caller, instance string, from, to float64, more ...string) []signal.Span {
	service := instance[:len(instance)-2]
	a := signal.Attributes{
		{Name: telemetry.RequestMethod, Value: "GET"}, {Name: telemetry.URLPath, Value: "/" + service},
		{Name: telemetry.ServerAddress, Value: service}, {Name: telemetry.StatusCode, Value: "200"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		a.Set(more[i], more[i+1])
	}
	kind := signal.Client
	if caller == "gateway" {
		kind = signal.Server
	}
	failed := a.Get(telemetry.StatusCode) >= "500"
	return []signal.Span{
		{ID: id(2 * n), Parent: parent, Service: caller, Kind: kind, Start: start.Add(ms(from)), Duration: ms(to - from), Attributes: a, Failed: failed},
		{ID: id(2*n + 1), Parent: id(2 * n), Service: service, Instance: instance, Kind: signal.Server, Start: start.Add(ms(from + 0.1)),
			Duration: ms(to - from - 0.1), Attributes: a, Failed: failed},
	}
}

func order2() []signal.Span {
	var spans []signal.Span
	spans = append(spans, hop(1, trace.SpanID{}, "gateway", "orders.2", 0, 38)...)
	spans = append(spans, hop(2, id(3), "orders", "catalog.1", 2, 6)...)
	spans = append(spans, hop(3, id(3), "orders", "payments.1", 7, 14, telemetry.StatusCode, "503")...)
	return append(spans, hop(4, id(3), "orders", "payments.2", 15, 33)...)
}

func TestTheSketchOfATrace(t *testing.T) {
	tree := Build(order2())
	want := []struct {
		depth           int
		name            string
		critical, retry bool
	}{
		{0, "gateway", true, false}, {1, "orders.2", true, false}, {2, "catalog.1", true, false},
		{2, "payments.1", true, false}, {2, "payments.2", true, true},
	}
	if len(tree.Rows) != len(want) || tree.Hops != 5 || tree.Retries != 1 || tree.Total != ms(38) || !tree.Failed {
		t.Fatalf("%+v", tree)
	}
	for i, w := range want {
		r := tree.Rows[i]
		if r.Depth != w.depth || r.Name != w.name || r.Critical != w.critical || r.Retry != w.retry {
			t.Errorf("row %d is %+v, want %+v", i, r, w)
		}
	}
	if r := tree.Rows[3]; !r.Failed || r.Status != "503" || r.Offset != ms(7) || r.What != "GET /payments" {
		t.Errorf("the failed try: %+v", r)
	}
}

func TestTwoCallsAtOnceHaveOneCriticalPath(t *testing.T) {
	spans := hop(1, trace.SpanID{}, "gateway", "orders.1", 0, 30)
	spans = append(spans, hop(2, id(3), "orders", "fast.1", 2, 5)...)
	spans = append(spans, hop(3, id(3), "orders", "slow.1", 2, 28)...)
	tree := Build(spans)
	if tree.Rows[2].Name != "slow.1" || !tree.Rows[2].Critical || tree.Rows[3].Critical {
		t.Fatalf("%+v", tree.Rows)
	}
}

func TestAHopThatTookMoreThanOneTrySaysSo(t *testing.T) {
	tree := Build(hop(1, trace.SpanID{}, "carts", "orders.1", 0, 30, telemetry.ResendCount, "2"))
	if r := tree.Rows[0]; !r.Retry || r.Tries != 3 || tree.Retries != 2 || len(tree.Rows) != 1 || tree.Hops != 1 {
		t.Fatalf("%+v", tree)
	}
}

func TestARefusedCallIsNamedForWhoWasAsked(t *testing.T) {
	spans := hop(1, trace.SpanID{}, "reviews", "payments.1", 0, 1, telemetry.StatusCode, "403")[:1]
	spans[0].Failed, spans[0].Message = true, "reviews declares no such call"
	tree := Build(spans)
	if r := tree.Rows[0]; r.Name != "payments" || !r.Failed || r.Message == "" || tree.Hops != 1 {
		t.Fatalf("%+v", tree)
	}
}

func TestAClientThatLeftIsSaidOnceAndIsNoFailure(t *testing.T) {
	spans := hop(1, trace.SpanID{}, "gateway", "events.1", 0, 30)
	tree := Build(spans)
	if remarks := tree.Remarks(); len(remarks) != 0 {
		t.Fatalf("%q", remarks)
	}
	spans[0].Message, spans[1].Message = telemetry.Left, telemetry.Left
	tree = Build(spans)
	if remarks := tree.Remarks(); len(remarks) != 1 || remarks[0] != "gateway: client left" || tree.Failed || tree.Rows[0].Failed {
		t.Fatalf("%q, %+v", remarks, tree)
	}
}

func TestAnOrphanIsShownAtTheTopAndSaysSo(t *testing.T) {
	tree := Build(hop(2, id(99), "orders", "catalog.1", 2, 6))
	if len(tree.Rows) != 1 || !tree.Rows[0].Orphan || tree.Rows[0].Depth != 0 {
		t.Fatalf("%+v", tree.Rows)
	}
}

func TestAChildWhoseClockIsBehindBeginsWithItsParent(t *testing.T) {
	spans := hop(1, trace.SpanID{}, "gateway", "orders.1", 0, 30)
	spans = append(spans, hop(2, id(3), "orders", "skewed.1", -5000, -4990)...)
	tree := Build(spans)
	if tree.Total != ms(30) || tree.Rows[2].Offset < 0 || tree.Rows[2].Offset != tree.Rows[1].Offset {
		t.Fatalf("%+v", tree)
	}
}

func TestNothingIsATree(t *testing.T) {
	if tree := Build(nil); len(tree.Rows) != 0 {
		t.Fatalf("%+v", tree)
	}
}

// Any spans, also with parents in circles and ids twice: each id is in one row, offsets are in range, the path fits the total.
func TestAnyTraceHasEachSpanOnce(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 7))
		n := 1 + random.IntN(30)
		var spans []signal.Span
		ids := map[trace.SpanID]bool{}
		for range n {
			s := signal.Span{
				ID: id(random.IntN(40)), Service: fmt.Sprint("s", random.IntN(4)), Kind: []signal.Kind{signal.Server, signal.Client, signal.Internal}[random.IntN(3)],
				Start: start.Add(ms(float64(random.IntN(100)))), Duration: ms(float64(random.IntN(50))), Failed: random.IntN(4) == 0,
			}
			if random.IntN(4) > 0 {
				s.Parent = id(random.IntN(40))
			}
			ids[s.ID] = true
			spans = append(spans, s)
		}
		tree := Build(spans)
		check(t, seed, tree, ids)
		random.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		if again := Build(spans); !reflect.DeepEqual(again.Rows, tree.Rows) && distinctIDs(spans) {
			t.Fatalf("seed %d: another order gives another tree\n%+v\n%+v", seed, tree.Rows, again.Rows)
		}
	}
}

func distinctIDs(spans []signal.Span) bool {
	seen := map[trace.SpanID]bool{}
	for _, s := range spans {
		if seen[s.ID] {
			return false
		}
		seen[s.ID] = true
	}
	return true
}

func check(t *testing.T, seed uint64, tree Tree, ids map[trace.SpanID]bool) {
	t.Helper()
	var onPath time.Duration
	seen := map[trace.SpanID]bool{}
	for _, r := range tree.Rows {
		onPath += r.OnPath
		if r.Offset < 0 || r.Offset+r.Duration > tree.Total || r.OnPath < 0 || r.OnPath > 0 && !r.Critical {
			t.Fatalf("seed %d: row %+v of %v", seed, r, tree.Total)
		}
		for _, s := range r.Spans {
			if seen[s] {
				t.Fatalf("seed %d: span %v twice", seed, s)
			}
			seen[s] = true
		}
	}
	if len(seen) != len(ids) {
		t.Fatalf("seed %d: %d spans, %d shown", seed, len(ids), len(seen))
	}
	if onPath > tree.Total {
		t.Fatalf("seed %d: the critical path takes %v of %v", seed, onPath, tree.Total)
	}
}
