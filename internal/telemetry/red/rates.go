package red

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Rate is the traffic of one edge, or of one service over all edges that lead to it, in which case Caller is empty.
type Rate struct {
	Caller, Callee string
	// PerSecond counts requests, Errors is the share that failed, 0 to 1.
	PerSecond, Errors float64
	P50, P95, P99     time.Duration
}

// Rates are those of a window, the busiest first.
type Rates struct {
	Window          time.Duration
	Services, Edges []Rate
}

// seconds and tens are how many readings a window keeps: one a second for the last ten, one each ten seconds for a minute.
const (
	keptSeconds = 11
	keptTens    = 7
)

// window keeps what a histogram was at the beginning of each second in which something was counted.
type window struct {
	histogram
	second atomic.Int64
	mu     struct {
		sync.Mutex
		seconds [keptSeconds]moment
		tens    [keptTens]moment
	}
}

// moment is what a histogram was when a second, or ten of them, began.
type moment struct {
	number int64
	was    reading
}

func newWindow() *window { return &window{} }

// observe reads the histogram once a second before it counts on. Two exchanges that meet at the beginning of a second may be
// counted in the neighbouring one; none is lost.
func (w *window) observe(at time.Time, d time.Duration, failed bool) {
	now := at.Unix()
	if last := w.second.Load(); last < now && w.second.CompareAndSwap(last, now) {
		w.turn(now)
	}
	w.histogram.observe(d, failed)
}

func (w *window) turn(now int64) {
	was := w.read()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.seconds[now%keptSeconds] = moment{now, was}
	if ten := &w.mu.tens[now/10%keptTens]; ten.number != now/10 {
		*ten = moment{now / 10, was}
	}
}

// since is what was counted from the given second on: the earliest reading that is not older tells what was before.
func (w *window) since(from int64, fine bool) reading {
	now := w.read()
	w.mu.Lock()
	defer w.mu.Unlock()
	kept, first := w.mu.tens[:], from/10
	if fine {
		kept, first = w.mu.seconds[:], from
	}
	var earliest *moment
	for i := range kept {
		if kept[i].number >= first && kept[i].number > 0 && (earliest == nil || kept[i].number < earliest.number) {
			earliest = &kept[i]
		}
	}
	if earliest == nil {
		return reading{}
	}
	now.subtract(&earliest.was)
	return now
}

// Rates looks at the last seconds before now: up to 10 s exactly to the second, up to a minute to ten seconds.
func (m *Meter) Rates(over time.Duration, now time.Time) Rates {
	over = min(max(over, time.Second), Window)
	rates := Rates{Window: over}
	services := map[string]*reading{}
	length := int64(over / time.Second)
	for along, w := range m.edges.all() {
		r := w.since(now.Unix()-length, length < keptSeconds)
		if r.total() == 0 {
			continue
		}
		rates.Edges = append(rates.Edges, rateOf(along, &r, over))
		if services[along.callee] == nil {
			services[along.callee] = &reading{}
		}
		services[along.callee].add(&r)
	}
	for name, r := range services {
		rates.Services = append(rates.Services, rateOf(edge{callee: name}, r, over))
	}
	slices.SortFunc(rates.Edges, busiest)
	slices.SortFunc(rates.Services, busiest)
	return rates
}

func rateOf(along edge, r *reading, over time.Duration) Rate {
	total := r.total()
	return Rate{
		Caller: along.caller, Callee: along.callee,
		PerSecond: float64(total) / over.Seconds(), Errors: float64(r.errors) / float64(total),
		P50: r.quantile(0.5), P95: r.quantile(0.95), P99: r.quantile(0.99),
	}
}

func busiest(a, b Rate) int {
	return cmp.Or(cmp.Compare(b.PerSecond, a.PerSecond), cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
}
