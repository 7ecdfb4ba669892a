package keeper

import (
	"bytes"
	"os"
	"strconv"
)

// startOf is when a process was started, in the system's own count (proc_pid_stat(5), field 22): with it a recorded
// pid can be told from another process that got the same number. A zombie has ended.
func startOf(pid int) (uint64, bool) {
	fields, ok := statOf(pid)
	if !ok || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return 0, false
	}
	start, err := strconv.ParseUint(string(fields[19]), 10, 64)
	return start, err == nil
}

// statOf are the fields after the command's name, which may hold spaces and brackets itself.
func statOf(pid int) ([][]byte, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil, false
	}
	end := bytes.LastIndexByte(b, ')')
	if end < 0 {
		return nil, false
	}
	fields := bytes.Fields(b[end+1:])
	return fields, len(fields) > 19
}

// marked are the processes whose first environment has every one of the marks ("K=V"). Those of other users cannot be
// read, and are none of ours.
func marked(marks ...string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if environment, err := os.ReadFile("/proc/" + e.Name() + "/environ"); err == nil && hasAll(environment, marks) {
			found = append(found, pid)
		}
	}
	return found
}

func hasAll(environment []byte, marks []string) bool {
	environment = append(append([]byte{0}, environment...), 0)
	for _, m := range marks {
		if !bytes.Contains(environment, []byte("\x00"+m+"\x00")) {
			return false
		}
	}
	return len(marks) > 0
}

// ofInstance tells whether a process, or what started it, is an instance. One that has just ended is nobody's work either.
func ofInstance(pid int) bool {
	environment, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err != nil || bytes.Contains(append([]byte{0}, environment...), []byte("\x00"+markInstance+"="))
}
