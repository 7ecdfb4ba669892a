//go:build !unix

package runner

import (
	"os"
	"os/exec"
)

// groupOfItsOwn does nothing: Windows has no process groups that can be killed, so that only the command itself is.
func groupOfItsOwn(*exec.Cmd) {}

// ask kills the command: Windows has no SIGTERM.
func ask(command *exec.Cmd) { _ = command.Process.Kill() }

func killGroup(*exec.Cmd) {}

func exitCode(state *os.ProcessState) int { return state.ExitCode() }

func inode(os.FileInfo) uint64 { return 0 }
