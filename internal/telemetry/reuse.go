package telemetry

// reuse hands the maps of a batch's spans out again for the next batch: to make them was most of what a request cost the writer, and
// most of what the collector had to do. A store keeps none of them.
type reuse struct {
	maps []map[string]string
	used int
}

// next is an empty map that is the caller's until recycle.
func (r *reuse) next() map[string]string {
	if r.used == len(r.maps) {
		r.maps = append(r.maps, make(map[string]string, 12))
	}
	m := r.maps[r.used]
	r.used++
	return m
}

// recycle takes the maps back, and forgets half of those that nobody wanted this time.
func (r *reuse) recycle() {
	for _, m := range r.maps[:r.used] {
		clear(m) // the maps outlive their strings otherwise
	}
	kept := r.used + (len(r.maps)-r.used)/2
	clear(r.maps[kept:])
	r.maps, r.used = r.maps[:kept], 0
}
