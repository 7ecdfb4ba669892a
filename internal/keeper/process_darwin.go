package keeper

import "golang.org/x/sys/unix"

// startOf is when a process was started, in microseconds: with it a recorded pid can be told from another process that
// got the same number. A zombie has ended.
func startOf(pid int) (uint64, bool) {
	const zombie = 5 // SZOMB of sys/proc.h
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(p.Proc.P_pid) != pid || p.Proc.P_stat == zombie {
		return 0, false
	}
	return uint64(p.Proc.P_starttime.Sec)*1e6 + uint64(p.Proc.P_starttime.Usec), true
}

// marked finds nothing: macOS does not show the environment of a process reliably. What left its process group is
// therefore not found here.
func marked(...string) []int { return nil }

// ofInstance is not asked: nothing is found to ask it of.
func ofInstance(int) bool { return true }
