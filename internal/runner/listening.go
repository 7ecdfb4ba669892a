package runner

import "slices"

// Listening tells the TCP ports on which a process group and its descendants listen, sorted, each once. known is false where the
// system does not show it: only Linux does.
func Listening(group int) (ports []int, known bool) {
	ports, known = listeningOf(group)
	slices.Sort(ports)
	return slices.Compact(ports), known
}
