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
