package node

import (
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/keeper"
)

// smallDisk mounts a file system of one MiB at path.
func smallDisk(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a file system of its own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, syscall.MNT_DETACH) })
}

// fill takes what is left of the disk.
func fill(t *testing.T, folder string) {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullDiskIsToldAndFailsNoRequest(t *testing.T) {
	root := t.TempDir()
	smallDisk(t, stateFolder(root))
	s := upIn(t, root, strings.Replace(pair, "WORD: one", "WORD: full", 1))
	s.allRun()
	fill(t, stateFolder(root))
	s.until("it is told that nothing is kept", func(map[string]api.Service) bool {
		if status := s.get("/front/call/back/hello", nil); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		for _, p := range s.app().Problems {
			if strings.Contains(p.Text, "no space left") && p.Likely == "the disk is full" {
				return true
			}
		}
		return false
	})
	if err := os.Remove(filepath.Join(stateFolder(root), "ballast")); err != nil {
		t.Fatal(err)
	}
	s.until("it is used again", func(map[string]api.Service) bool {
		s.get("/back/", nil)
		return len(s.app().Problems) == 0
	})
}

func TestAFullDiskAtTheStartIsTold(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	smallDisk(t, stateFolder(root))
	if err := os.MkdirAll(runFolder(root), 0o700); err != nil {
		t.Fatal(err)
	}
	if word := Failure(copyOf(root)); word != "" {
		t.Fatalf("nothing failed, and it says %q", word)
	}
	for says, before := range map[string]func(){
		"nothing ever ran there": func() {},
		"an earlier run left what it kept": func() {
			s := upIn(t, root, pair)
			s.allRun()
			s.end()
		},
	} {
		t.Run(says, func(t *testing.T) {
			before()
			fill(t, stateFolder(root))
			defer func() { _ = os.Remove(filepath.Join(stateFolder(root), "ballast")) }()
			s := &stage{t: t, root: root, run: rand.Text()}
			s.write(strings.ReplaceAll(pair, "LISTEN", freeAddress(t)))
			word := s.refused()
			for _, part := range []string{string(diag.StateUnusable), "no space left on device", "free"} {
				if !strings.Contains(word, part) {
					t.Errorf("%q is not in %q", part, word)
				}
			}
			if left := marked(t, s.run); len(left) > 0 {
				t.Errorf("%v live on", left)
			}
		})
	}
}

// refused is what kept a run from beginning: what the keeper says, or what the control process left word of.
func (s *stage) refused() string {
	s.t.Helper()
	process, err := keeper.Spawn(keeper.SpawnOptions{
		Executable: os.Args[0], Args: []string{asKeeper, s.root, s.run}, Dir: s.root, Leash: true, Log: filepath.Join(s.root, "log"),
	})
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d.Error() + "\n" + d.Hint
	}
	if err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-process.Done():
	case <-time.After(patience):
		s.t.Fatal("the keeper lives on")
	}
	return Failure(copyOf(s.root))
}

// Both the control process and whoever waits for it find the disk full: there is no room for a word either.
func TestWhereNoWordCanBeLeftTheDiskIsAsked(t *testing.T) {
	root := t.TempDir()
	smallDisk(t, stateFolder(root))
	s, _, err := openState(copyOf(root))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, stateFolder(root))
	_, _, err = s.note("run")
	if err == nil {
		t.Fatal("there was room")
	}
	if err := leaveWord(copyOf(root), unusable(s, err)); err == nil {
		t.Fatal("there was room for a word")
	}
	word := Failure(copyOf(root))
	for _, part := range []string{string(diag.StateUnusable), "the disk is full", "free some space on the disk that it lies on"} {
		if !strings.Contains(word, part) {
			t.Errorf("%q is not in %q", part, word)
		}
	}
}
