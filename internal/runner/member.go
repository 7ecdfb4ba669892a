package runner

// Member tells whether a process belongs to one of the supervised process groups, of which services are the leaders, or descends
// from one that does: a process that made a group or a session of its own is found on Linux.
func Member(pid int, services map[int]string) (service string, is bool) {
	for steps := 0; pid > 1 && steps < maxAncestors; steps++ {
		parent, group, known := kinOf(pid)
		if !known {
			return "", false
		}
		if service, is := services[group]; is {
			return service, true
		}
		if service, is := services[pid]; is {
			return service, true
		}
		pid = parent
	}
	return "", false
}

// maxAncestors bounds the way up from a process.
const maxAncestors = 64
