//go:build unix

package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func stub(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	return path
}

func TestWhatAProgramSaysOfItself(t *testing.T) {
	rows := []struct{ sentence, script, text, failure string }{
		{"its first line", "echo; echo v22.1.0; echo more", "v22.1.0", ""},
		{"on standard error, as java does", `echo "openjdk 21" >&2`, "openjdk 21", ""},
		{"why it does not start", "echo no JDK is installed; exit 2", "", "exit status 2: no JDK is installed"},
		{"nothing but that it failed", "exit 3", "", "exit status 3"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			text, err := firstLine(t.Context(), stub(t, row.script), "--version")
			if text != row.text || (err == nil) != (row.failure == "") || err != nil && err.Error() != row.failure {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

func TestAProgramThatHangsEndsWithWhatItStarted(t *testing.T) {
	note := filepath.Join(t.TempDir(), "pid")
	program := stub(t, `sleep 60 & echo $! > "`+note+`.new"; mv "`+note+`.new" "`+note+`"; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, program)
	endTogether(command)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var text []byte
	for err := errors.New("not yet"); err != nil; text, err = os.ReadFile(note) {
		<-tick.C
	}
	cancel()
	if err := command.Wait(); err == nil {
		t.Error("it ended by itself")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); alive(pid); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives on", pid)
		}
	}
}

// alive is false for one that has ended and that nobody has collected yet.
func alive(pid int) bool {
	if stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err == nil && strings.Contains(string(stat), ") Z ") {
		return false
	}
	return syscall.Kill(pid, 0) == nil
}
