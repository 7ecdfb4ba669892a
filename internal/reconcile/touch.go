package reconcile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Touched says that sources of a service changed; files are relative to its dir or absolute, none when it is not known which.
// The service is built when its sources are others than those of the last build, and its instances are replaced one
// by one when what they are started from is another.
func (r *Reconciler) Touched(service string, files []string) {
	_ = r.ask(func(l *loop) error {
		if k := l.kept[service]; k != nil && k.removal == nil && l.down == nil {
			l.touched(k, files)
		}
		return nil
	})
}

func (l *loop) touched(k *kept, files []string) {
	counted := k.sources(files)
	if len(counted) == 0 && len(files) > 0 {
		return
	}
	n := need{why: changedFiles(k.service.Dir, counted), quiet: true}
	if len(k.service.Watch.Paths) > 0 {
		// Patterns may name files that git ignores, which no hash of sources has.
		built := len(k.service.Build.Argv) > 0
		n.force, n.again = built, !built
	}
	if k.need.pending {
		n.notBefore = k.need.notBefore
		k.want(n)
		return
	}
	n.notBefore = k.storm.next(time.Now(), k.job != nil || !l.rolled(k))
	k.storm.files = counted
	if k.storm.count == storming {
		p := k.stormy()
		l.means.Journal.Record(journal.Entry{Kind: journal.Notice, Subject: k.name, Where: p.Where, Why: p.Likely, Text: p.Text})
	}
	k.want(n)
}

// sources leaves out of files those that the application is read from, and what the build makes.
func (k *kept) sources(files []string) []string {
	others := appFiles(k.app)
	if len(k.service.Build.Argv) > 0 {
		others = append(others, programOf(k.service)...)
	}
	return slices.DeleteFunc(slices.Clone(files), func(file string) bool {
		if !filepath.IsAbs(file) {
			file = filepath.Join(k.service.Dir, file)
		}
		return slices.Contains(others, file)
	})
}

// changedFiles names what changed. Editors write a draft beside a file and rename it: what is gone again is named only when
// nothing else is.
func changedFiles(dir string, files []string) string {
	const looked = 20
	var left []string
	for _, f := range files[:min(len(files), looked)] {
		path := f
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, f)
		}
		if _, err := os.Lstat(path); err == nil {
			left = append(left, f)
		}
	}
	if len(left) > 0 && len(files) <= looked {
		files = left
	}
	switch len(files) {
	case 0:
		return "its sources changed"
	case 1:
		return files[0] + " changed"
	case 2:
		return files[0] + " and " + files[1] + " changed"
	}
	return fmt.Sprintf("%s and %d other files changed", files[0], len(files)-1)
}

// stormy is the problem of a service whose own work changes its sources, nil when it is not so.
func (k *kept) stormy() *supervise.Problem {
	if k.storm.count < storming {
		return nil
	}
	p := &supervise.Problem{
		Where: k.service.Watch.At, Text: "files of " + k.name + " change whenever it is built or started, so it waits longer each time",
		Likely: "it writes into its own folder; add what it writes to watch.ignore or .gitignore",
	}
	whose := "the service itself"
	if len(k.service.Build.Argv) > 0 {
		whose = "its build or the service itself"
	}
	switch files := k.storm.files; len(files) {
	case 0:
	case 1:
		p.Likely = fmt.Sprintf("%s is written by %s; add it to watch.ignore", files[0], whose)
	default:
		p.Likely = fmt.Sprintf("%s and others (%d in all) are written by %s; add them to watch.ignore", files[0], len(files), whose)
	}
	return p
}

// storm slows down a service whose own work changes its sources: without it each build would lead to the next one.
type storm struct {
	// count is how many changes in a row came during its own work or right after it.
	count int
	last  time.Time
	// files are those of the newest change.
	files []string
}

const (
	// aftermath is how long after work its changes may still be told.
	aftermath = time.Second
	storming  = 4
	calmest   = 30 * time.Second
)

// worked notes the end of a piece of work.
func (s *storm) worked(now time.Time) { s.last = now }

// next is when the work that a change leads to may begin; zero is at once.
func (s *storm) next(now time.Time, busy bool) time.Time {
	if !busy && now.Sub(s.last) > aftermath {
		s.count = 0
		return time.Time{}
	}
	if s.count++; s.count < storming {
		return time.Time{}
	}
	pause := calmest
	if n := s.count - storming; n < 5 {
		pause = time.Second << n
	}
	return now.Add(pause)
}
