//go:build unix

package runner

import (
	"os"
	"os/exec"
	"syscall"
)

// groupOfItsOwn has the end of the command's context kill its whole group.
func groupOfItsOwn(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}

// ask asks the whole group of a command to end.
func ask(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }

func killGroup(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// inode tells a file that was replaced from one that was not.
func inode(at os.FileInfo) uint64 {
	if s, ok := at.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}
