package red

import (
	"sort"
	"sync/atomic"
	"time"
)

// bounds are the upper ends of the buckets in seconds. They hold those that OpenTelemetry advises for HTTP durations
// (semantic conventions, HTTP metrics: 0.005 to 10), so that one histogram serves /metrics and, finer, the quantiles of `top`.
var bounds = [...]float64{
	0.0001, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.006, 0.0075, 0.009, 0.01, 0.0125, 0.015,
	0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.075, 0.09, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1, 1.25, 1.5, 2,
	2.5, 3, 4, 5, 6, 7.5, 9, 10, 15, 20, 30, 60,
}

// advised are those of bounds that /metrics shows.
var advised = [...]float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

const buckets = len(bounds) + 1

// histogram counts durations since the start.
type histogram struct {
	counts [buckets]atomic.Uint64
	nanos  atomic.Uint64
	errors atomic.Uint64
}

func (h *histogram) observe(d time.Duration, failed bool) {
	d = max(d, 0)
	h.counts[sort.SearchFloat64s(bounds[:], d.Seconds())].Add(1)
	h.nanos.Add(uint64(d))
	if failed {
		h.errors.Add(1)
	}
}

// reading is a histogram at one instant, or what two of them differ by.
type reading struct {
	counts [buckets]uint64
	errors uint64
}

func (h *histogram) read() (r reading) {
	for i := range h.counts {
		r.counts[i] = h.counts[i].Load()
	}
	r.errors = h.errors.Load()
	return r
}

func (r *reading) subtract(earlier *reading) {
	for i := range r.counts {
		r.counts[i] -= earlier.counts[i]
	}
	r.errors -= earlier.errors
}

func (r *reading) add(other *reading) {
	for i := range r.counts {
		r.counts[i] += other.counts[i]
	}
	r.errors += other.errors
}

func (r *reading) total() (n uint64) {
	for _, c := range r.counts {
		n += c
	}
	return n
}

// quantile interpolates within the bucket that holds the q-th share, as Prometheus' histogram_quantile does.
func (r *reading) quantile(q float64) time.Duration {
	total := r.total()
	if total == 0 {
		return 0
	}
	rank := q * float64(total)
	seen := 0.0
	for i, c := range r.counts {
		if seen+float64(c) < rank || c == 0 {
			seen += float64(c)
			continue
		}
		if i == len(bounds) {
			return seconds(bounds[len(bounds)-1])
		}
		low := 0.0
		if i > 0 {
			low = bounds[i-1]
		}
		return seconds(low + (bounds[i]-low)*(rank-seen)/float64(c))
	}
	return seconds(bounds[len(bounds)-1])
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
