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

// CPU is the processor time of the processes' threads that live, in the scheduler's resolution: /proc/PID/stat counts in ticks of
// 10 ms, which is more than an idle process uses in seconds.
func CPU(pids ...int) time.Duration {
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

// Ticks is the time of the processes in user and in system mode, in the ticks of /proc/PID/stat. It includes threads that have ended.
func Ticks(pids ...int) [2]int64 {
	var total [2]int64
	for _, pid := range pids {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, rest, _ := strings.Cut(string(text), ") ") // the name before it may have blanks
		const utime = 11                              // the fourteenth field of all (proc(5))
		fields := strings.Fields(rest)
		for i := range total {
			if utime+i < len(fields) {
				n, _ := strconv.ParseInt(fields[utime+i], 10, 64)
				total[i] += n
			}
		}
	}
	return total
}

// Resident is the resident memory of the processes in bytes; a page that several share counts in parts.
func Resident(pids ...int) int64 { return sum("smaps_rollup", "Pss:", pids) }

// Anonymous is the resident anonymous memory of the processes in bytes.
func Anonymous(pids ...int) int64 { return sum("status", "RssAnon:", pids) }

// sum adds what a file of /proc says of each process, in KiB there.
func sum(file, field string, pids []int) int64 {
	var total int64
	for _, pid := range pids {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(status)) {
			if rest, is := strings.CutPrefix(line, field); is {
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
