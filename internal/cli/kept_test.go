package cli

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/project"
)

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return os.IsNotExist(err)
}

func TestWhatIsRemovedIsTheFolderAndNothingThatALinkLeadsTo(t *testing.T) {
	rows := []struct {
		sentence string
		prepare  func(t *testing.T, root, outside string)
	}{
		{"files and folders", func(t *testing.T, root, _ string) { write(t, filepath.Join(root, ".banyan", "a", "b")) }},
		{"a link to a folder outside", func(t *testing.T, root, outside string) {
			write(t, filepath.Join(root, ".banyan", "a"))
			link(t, filepath.Dir(outside), filepath.Join(root, ".banyan", "out"))
		}},
		{"a link to a file outside", func(t *testing.T, root, outside string) {
			write(t, filepath.Join(root, ".banyan", "a"))
			link(t, outside, filepath.Join(root, ".banyan", "out"))
		}},
		{"the folder itself is a link", func(t *testing.T, root, outside string) {
			link(t, filepath.Dir(outside), filepath.Join(root, ".banyan"))
		}},
		{"a link that leads round in a circle", func(t *testing.T, root, _ string) {
			write(t, filepath.Join(root, ".banyan", "a"))
			link(t, "..", filepath.Join(root, ".banyan", "round"))
		}},
		{"folders that are closed to their owner", func(t *testing.T, root, _ string) {
			write(t, filepath.Join(root, ".banyan", "closed", "below", "a"))
			for _, folder := range []string{".banyan/closed/below", ".banyan/closed"} {
				if err := os.Chmod(filepath.Join(root, folder), 0o500); err != nil {
					t.Fatal(err)
				}
			}
		}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			root, outside := t.TempDir(), filepath.Join(t.TempDir(), "precious")
			write(t, outside)
			write(t, filepath.Join(root, "banyan.yaml"))
			row.prepare(t, root, outside)
			all, err := place{Place: project.Place{Root: root}}.kept(purgeOptions{}, nil)
			if err != nil || len(all.Paths) == 0 {
				t.Fatalf("listed %+v (%v)", all, err)
			}
			if err := all.remove(); err != nil {
				t.Fatal(err)
			}
			if !absent(filepath.Join(root, ".banyan")) || absent(outside) || absent(filepath.Join(root, "banyan.yaml")) {
				t.Errorf("gone: .banyan %v, outside %v, banyan.yaml %v", absent(filepath.Join(root, ".banyan")), absent(outside), absent(filepath.Join(root, "banyan.yaml")))
			}
			for _, one := range all.Paths {
				if rel, err := filepath.Rel(root, one.Path); err != nil || !filepath.IsLocal(rel) {
					t.Errorf("listed %s, which lies outside", one.Path)
				}
			}
		})
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skipf("no links here: %v", err)
	}
}

// Whoever runs the tests as root may remove from a closed folder all the same, so the opening is looked at by itself.
func TestClosedFoldersAreOpened(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, ".banyan", "closed", "a"))
	if err := os.Chmod(filepath.Join(root, ".banyan", "closed"), 0o500); err != nil {
		t.Fatal(err)
	}
	above, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = above.Close() }()
	unlock(above, ".banyan")
	if info, err := os.Stat(filepath.Join(root, ".banyan", "closed")); err != nil || info.Mode().Perm()&0o200 == 0 {
		t.Errorf("still closed: %v (%v)", info.Mode(), err)
	}
}

func TestTheUsersFolderStaysWhileASocketInItAnswers(t *testing.T) {
	folder, err := os.MkdirTemp("", "u") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	t.Setenv("XDG_RUNTIME_DIR", folder)
	path := filepath.Join(folder, "banyan", "other.sock")
	if project.RuntimeFolder() != filepath.Dir(path) || os.Mkdir(filepath.Dir(path), 0o700) != nil {
		t.Skip("the folder for temporary files has too long a path")
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skipf("no such sockets here: %v", err)
	}
	code, _, said := typed(t, t.TempDir(), "purge", "--user", "--yes")
	if code != exitRunning || !strings.Contains(said, "other.sock") || absent(path) {
		t.Errorf("code %d, gone %v: %s", code, absent(path), said)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _, said := typed(t, t.TempDir(), "purge", "--user", "--yes"); code != exitOK || !absent(filepath.Dir(path)) {
		t.Errorf("code %d, gone %v: %s", code, absent(filepath.Dir(path)), said)
	}
}

// Only folders of the names of copies stay, whatever characters stand in the path.
func TestWhatTheApplicationAloneKeepsIsFoundInAnyFolder(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, name := range []string{"shop", "shop [old]", "sh*p"} {
		at := place{Place: project.Place{Root: filepath.Join(t.TempDir(), name)}}
		review := project.Place{Root: at.Root, Name: "review"}
		write(t, filepath.Join(at.State(), "ports.json"))
		write(t, filepath.Join(at.State(), ".gitignore"))
		write(t, filepath.Join(review.State(), "ports.json"))
		all, err := keptBelow(at.wiped())
		if err == nil {
			err = all.remove()
		}
		if err != nil {
			t.Fatal(err)
		}
		if !absent(filepath.Join(at.State(), "ports.json")) || !absent(filepath.Join(at.State(), ".gitignore")) || absent(filepath.Join(review.State(), "ports.json")) {
			t.Errorf("in %q too much or too little was removed", name)
		}
	}
}
