//go:build linux || darwin

package keeper

import "syscall"

// workRounds bounds how often it is looked for: what is found may fork before it is killed.
const workRounds = 10

// endWork kills what a control process that ended had begun itself, such as a build: the next one begins it anew, and two of
// them would write the same files. It is done before the next one starts, so that nothing of that one is found.
func (k *keeper) endWork() {
	for range workRounds {
		left := k.work()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// work are the processes that carry the mark of the run and belong to no instance.
func (k *keeper) work() []int {
	var found []int
	for _, pid := range marked(Mark + "=" + k.options.Run) {
		if group, err := syscall.Getpgid(pid); err == nil && k.leads(group) || ofInstance(pid) {
			continue
		}
		found = append(found, pid)
	}
	return found
}

// leads tells whether a process group is that of a child of which something may be left.
func (k *keeper) leads(group int) bool {
	for _, c := range k.children {
		if c.PID == group && c.Exited == nil {
			return true
		}
	}
	return false
}
