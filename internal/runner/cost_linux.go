package runner

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// CostOf is what a process of this user uses now.
func CostOf(pid int) (Cost, bool) {
	folder := "/proc/" + strconv.Itoa(pid)
	line, err := os.ReadFile(folder + "/stat")
	if err != nil {
		return Cost{}, false
	}
	s, known := parseStat(line)
	if !known {
		return Cost{}, false
	}
	c := Cost{CPU: ownTime(line), Resident: s.pages * int64(os.Getpagesize()), Anonymous: anonymous(pid), Descriptors: -1}
	if f, err := os.Open(folder + "/fd"); err == nil {
		if names, err := f.Readdirnames(-1); err == nil {
			c.Descriptors = len(names)
		}
		_ = f.Close() // nothing was written
		if pid == os.Getpid() {
			c.Descriptors-- // the one with which they were counted
		}
	}
	return c, true
}

// ownTime is utime and stime, without those of children that were waited for (proc_pid_stat(5)); line was parsed before.
func ownTime(line []byte) time.Duration {
	fields := bytes.Fields(line[bytes.LastIndexByte(line, ')')+1:])
	var ticks int64
	for _, i := range []int{11, 12} {
		n, _ := strconv.ParseInt(string(fields[i]), 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * tick
}
