// Package measure reads what processes cost and summarises rounds, for the benches.
//
// Used by the programs of bench. Linux only: it reads /proc.
package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc, USER_HZ, which is 100 on every Linux of today (proc(5)).
const tick = 10 * time.Millisecond

// CPU is the processor time that the processes have used, with their children that were waited for.
func CPU(pids ...int) time.Duration {
	var ticks int64
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		// The name in parentheses may hold spaces: fields count from behind it.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
		for _, i := range []int{11, 12} {
			n, _ := strconv.ParseInt(fields[i], 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * tick
}

// FineCPU is CPU with the scheduler's resolution of nanoseconds, over all threads.
func FineCPU(pids ...int) time.Duration {
	var total time.Duration
	for _, pid := range pids {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, path := range threads {
			text, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			n, _ := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
			total += time.Duration(n)
		}
	}
	return total
}

// Anonymous is the resident anonymous memory of the processes in bytes.
func Anonymous(pids ...int) int64 {
	var total int64
	for _, pid := range pids {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(status)) {
			if rest, is := strings.CutPrefix(line, "RssAnon:"); is {
				n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				total += n << 10
			}
		}
	}
	return total
}

// Children are the processes below pid, pid included.
func Children(pid int) []int {
	all := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, field := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(field); err == nil {
			all = append(all, Children(child)...)
		}
	}
	return all
}

// Median is the middle of values, which must not be empty.
func Median[T time.Duration | float64 | int64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
