package runner

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// tick is the unit of CPU time in /proc: USER_HZ, 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// Usages are those of the process groups, by group; one that has ended is missing.
func Usages(groups []int) map[int]Usage {
	wanted := map[int]bool{}
	for _, g := range groups {
		wanted[g] = true
	}
	page, all := int64(os.Getpagesize()), map[int]Usage{}
	for _, s := range allStats() {
		if !wanted[s.group] {
			continue
		}
		u := all[s.group]
		u.CPU += time.Duration(s.ticks) * tick
		u.Resident += s.pages * page
		u.Anonymous += anonymous(s.pid)
		u.Processes++
		all[s.group] = u
	}
	return all
}

// anonymous is RssAnon of /proc/PID/status, in bytes.
func anonymous(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(b, []byte("\nRssAnon:"))
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if !found || len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
