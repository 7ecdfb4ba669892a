package runner

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// within bounds what a test waits for.
const within = 10 * time.Second

// The test binary plays the processes of these tests: its first argument names the role.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if role, is := strings.CutPrefix(os.Args[1], "role:"); is {
			if err := play(role, os.Args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, role+":", err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// play ends with its standard input, so that no process outlives the test that started it.
func play(role string, args []string) error {
	switch role {
	case "connect":
		c, err := net.Dial("tcp", args[0])
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
	case "parent": // of a process in another group, as a program is that puts itself into the background
		child := exec.Command(os.Args[0], "role:connect", args[0])
		groupOfItsOwn(child)
		child.Cancel = nil
		child.Stdin = os.Stdin
		return child.Run()
	case "listen":
		for _, network := range []string{"tcp4", "tcp6"} {
			l, err := net.Listen(network, map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"}[network])
			if err != nil {
				continue
			}
			defer func() { _ = l.Close() }()
			if err := os.WriteFile(filepath.Join(args[0], network), []byte(l.Addr().String()), 0o600); err != nil {
				return err
			}
		}
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// process starts the test binary in a role, as the leader of a group; it ends with the test.
func process(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0], append([]string{"role:" + role}, args...)...)
	groupOfItsOwn(command)
	command.Cancel = nil
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	})
	if role != "parent" {
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
			t.Fatalf("%s said %q, %v", role, line, err)
		}
	}
	return command
}

// file writes a file of the tree, with its folders.
func file(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
