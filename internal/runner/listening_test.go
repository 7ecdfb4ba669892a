package runner

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

func TestListeningTellsThePortsOfAGroup(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows whose a socket is")
	}
	at := t.TempDir()
	pid := process(t, "listen", at).Process.Pid
	var want []int
	for _, name := range []string{"tcp4", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(at, name))
		if err != nil {
			continue
		}
		_, port, err := net.SplitHostPort(string(text))
		must(t, err)
		number, err := strconv.Atoi(port)
		must(t, err)
		want = append(want, number)
	}
	slices.Sort(want)
	if got, known := Listening(pid); !known || len(want) == 0 || !slices.Equal(got, want) {
		t.Fatalf("%v, %v, want %v", got, known, want)
	}
	if got, known := Listening(process(t, "wait").Process.Pid); !known || len(got) > 0 {
		t.Fatalf("one that does not listen: %v, %v", got, known)
	}
	const noGroup = 1 << 30
	if got, known := Listening(noGroup); known || len(got) > 0 {
		t.Fatalf("no group: %v, %v", got, known)
	}
}

func TestMemberFindsWhatLeftItsGroup(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux is asked for ancestors")
	}
	_, leader := accepted(t, "tcp4", "127.0.0.1:0", "parent")
	services := map[int]string{leader: "orders"}
	child := 0
	for _, kin := range allKin(t) {
		if kin[1] == leader {
			child = kin[0]
		}
	}
	for _, row := range []struct {
		sentence string
		pid      int
		want     string
	}{
		{"the leader", leader, "orders"},
		{"a child in a group of its own", child, "orders"},
		{"the test, which is above it", os.Getpid(), ""},
		{"a process that there is not", 1 << 30, ""},
	} {
		if got, is := Member(row.pid, services); got != row.want || is != (row.want != "") {
			t.Errorf("%s (%d): %q, %v", row.sentence, row.pid, got, is)
		}
	}
	if _, is := Member(child, nil); is {
		t.Error("where nothing is supervised, somebody is")
	}
}

// allKin are all processes and their parents.
func allKin(t *testing.T) [][2]int {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*")
	must(t, err)
	var all [][2]int
	for _, name := range names {
		pid, _ := strconv.Atoi(filepath.Base(name))
		if parent, _, known := kinOf(pid); known {
			all = append(all, [2]int{pid, parent})
		}
	}
	return all
}
