package runner

import (
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Usages are those of the process groups, by group; one that has ended is missing. ps(1) tells no anonymous memory.
func Usages(groups []int) map[int]Usage {
	wanted := map[int]bool{}
	for _, g := range groups {
		wanted[g] = true
	}
	listing, err := exec.Command("/bin/ps", "-A", "-o", "pgid=,rss=,time=").Output()
	if err != nil {
		return nil
	}
	all := map[int]Usage{}
	for line := range strings.Lines(string(listing)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		group, err := strconv.Atoi(fields[0])
		if err != nil || !wanted[group] {
			continue
		}
		kib, _ := strconv.ParseInt(fields[1], 10, 64)
		u := all[group]
		u.CPU += clockTime(fields[2])
		u.Resident += kib << 10
		u.Processes++
		all[group] = u
	}
	return all
}

// clockTime reads [[hours:]minutes:]seconds.hundredths.
func clockTime(text string) time.Duration {
	var total float64
	for part := range strings.SplitSeq(text, ":") {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0
		}
		total = total*60 + n
	}
	return time.Duration(total * float64(time.Second))
}
