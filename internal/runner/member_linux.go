package runner

import (
	"os"
	"strconv"
)

// kinOf is a process's parent and group.
func kinOf(pid int) (parent, group int, known bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, false
	}
	s, known := parseStat(b)
	return s.parent, s.group, known
}
