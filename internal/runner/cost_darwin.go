package runner

import (
	"os/exec"
	"strconv"
	"strings"
)

// CostOf is what a process uses now. ps(1) tells neither anonymous memory nor descriptors.
func CostOf(pid int) (Cost, bool) {
	line, err := exec.Command("/bin/ps", "-p", strconv.Itoa(pid), "-o", "rss=,time=").Output()
	fields := strings.Fields(string(line))
	if err != nil || len(fields) != 2 {
		return Cost{}, false
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return Cost{CPU: clockTime(fields[1]), Resident: kib << 10, Descriptors: -1}, err == nil
}
