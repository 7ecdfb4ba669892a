package runner

import (
	"bytes"
	"os"
	"strconv"
)

// procStat is what one line of /proc/PID/stat says (proc_pid_stat(5)).
type procStat struct {
	pid, parent, group int
	// ticks are user and system time, of its own and of the children that it waited for.
	ticks uint64
	// pages are resident.
	pages int64
}

// allStats are the processes of this machine.
func allStats() []procStat {
	f, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var all []procStat
	for _, name := range names {
		if name[0] < '1' || name[0] > '9' {
			continue
		}
		b, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue
		}
		if s, ok := parseStat(b); ok {
			all = append(all, s)
		}
	}
	return all
}

// parseStat reads a line; the command's name may hold spaces and brackets.
func parseStat(b []byte) (procStat, bool) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 1 || end < open {
		return procStat{}, false
	}
	fields := bytes.Fields(b[end+1:])
	if len(fields) < 22 {
		return procStat{}, false
	}
	var failed bool
	number := func(b []byte) int64 {
		n, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64)
		failed = failed || err != nil
		return n
	}
	s := procStat{pid: int(number(b[:open])), parent: int(number(fields[1])), group: int(number(fields[2])), pages: number(fields[21])}
	for _, i := range []int{11, 12, 13, 14} {
		s.ticks += uint64(number(fields[i]))
	}
	return s, !failed
}
