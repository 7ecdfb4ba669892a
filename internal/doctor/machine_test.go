package doctor

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

func trialsOfTheMachine() []trial {
	return []trial{
		{"a folder of one's own", runtimeFolder(folderOf(0o700, true, nil)), shop(), Fine, "yours alone", ""},
		{"one that others can write", runtimeFolder(folderOf(0o777, true, nil)), shop(), Failed, "can be written by others (mode 0777)", "chmod 700 /run/banyan"},
		{"one that others can read", runtimeFolder(folderOf(0o755, true, nil)), shop(), Warning, "others can see", "chmod 700 /run/banyan"},
		{"one that its owner cannot use", runtimeFolder(folderOf(0o500, true, nil)), shop(), Failed, "closed to its owner", "chmod 700"},
		{"one that somebody else made first", runtimeFolder(folderOf(0o700, false, nil)), shop(), Failed, "another user", "XDG_RUNTIME_DIR"},
		{"a link in its place", runtimeFolder(func(string) (folder, error) { return folder{fs.ModeSymlink | 0o777, true}, nil }), shop(), Failed, "is no folder", "rm /run/banyan"},
		{"one that cannot be looked at", runtimeFolder(folderOf(0, true, errDenied)), shop(), Failed, "permission denied", "XDG_RUNTIME_DIR"},
		{"none yet", runtimeFolder(func(path string) (folder, error) {
			if path == "/run" {
				return folder{fs.ModeDir | fs.ModeSticky | 0o777, false}, nil
			}
			return folder{}, errGone
		}), shop(), Fine, "will be made", ""},
		{"none yet, in a folder where everybody may remove it", runtimeFolder(func(path string) (folder, error) {
			if path == "/run" {
				return folder{fs.ModeDir | 0o777, false}, nil
			}
			return folder{}, errGone
		}), shop(), Failed, "no sticky bit", "chmod 1777 /run"},
		{"none yet, and no parent", runtimeFolder(folderOf(0, true, errGone)), shop(), Failed, "cannot be made", "mkdir"},

		{"a folder for builds", temporary("/tmp", says(nil), func(string) bool { return false }), shop(), Fine, "can be written", ""},
		{"one that cannot be written", temporary("/tmp", says(errDenied), func(string) bool { return false }), shop(), Failed, "permission denied", "TMPDIR"},
		{"noexec, and a service is started by go run", temporary("/tmp", says(nil), func(string) bool { return true }), shop(), Failed, "go run of web", "GOTMPDIR"},
		{"noexec, and nobody needs it", temporary("/tmp", says(nil), func(string) bool { return true }), with(func(s *Subject) { s.App = nil }), Warning, "noexec", "GOTMPDIR"},

		{"plenty of files", openFiles(filesOf(1024, 1<<20, nil)), shop(), Fine, "1048576 for Banyan, 1024 for each service", ""},
		{"no limit at all", openFiles(filesOf(endless, endless, nil)), shop(), Fine, "any number", ""},
		{"too few for these instances", openFiles(filesOf(256, 256, nil)), shop(), Failed, "4 instances need 544", "LimitNOFILE"},
		{"few", openFiles(filesOf(1024, 2048, nil)), shop(), Warning, "about 1024 open requests", "nofile"},
		{"few for a service, as macOS gives", openFiles(filesOf(256, endless, nil)), shop(), Warning, "start with 256", "ulimit -n 4096"},
		{"a system that tells none", openFiles(filesOf(0, 0, errors.ErrUnsupported)), shop(), Fine, "tells no limit", ""},

		{"room for all", processes(roomOf(10_000, 200)), shop(), Fine, "room for 9800 more", ""},
		{"no limit", processes(func() []room { return nil }), shop(), Fine, "no limit", ""},
		{"hardly room", processes(roomOf(300, 200)), shop(), Warning, "100 are left for 4 instances", "ulimit -u"},
		{"no room", processes(roomOf(200, 200)), shop(), Failed, "200 are used", "ulimit -u"},
		{"used above a limit that was set later", processes(roomOf(100, 200)), shop(), Failed, "allows 100", "ulimit -u"},

		{"enough to watch", watches(inotifyOf(524288, 128, nil), counting(900)), shop(), Fine, "up to 900 and 2 are needed", ""},
		{"fewer than there are folders", watches(inotifyOf(8192, 128, nil), counting(9000)), shop(), Failed, "up to 9000", "sysctl fs.inotify.max_user_watches"},
		{"hardly more than there are folders", watches(inotifyOf(8192, 128, nil), counting(4000)), shop(), Warning, "editors take some too", "max_user_watches"},
		{"fewer watchers than services", watches(inotifyOf(524288, 1, nil), counting(9)), shop(), Failed, "1 watchers are allowed", "max_user_instances"},
		{"hardly more watchers than services", watches(inotifyOf(524288, 8, nil), counting(9)), shop(), Warning, "the services take 1", "max_user_instances"},
		{"a kernel without inotify", watches(inotifyOf(0, 0, errGone), counting(9)), shop(), Failed, "no inotify", "--no-watch"},
		{"another system", watches(inotifyOf(0, 0, errors.ErrUnsupported), counting(9)), shop(), Fine, "no inotify", ""},

		{"a local disk", sources(kindOf("", nil)), shop(), Fine, "local disk", ""},
		{"the other side of WSL", sources(kindOf("9p", nil)), shop(), Warning, "shared disk (9p)", "/mnt/c"},
		{"a folder that is gone", sources(kindOf("", errGone)), shop(), Failed, "no such file", "ls -ld"},
		{"a system that does not tell", sources(kindOf("", errors.ErrUnsupported)), shop(), Fine, "does not tell", ""},

		{"room on the disk", disk(spaceOf(8<<30, 1e6, nil)), shop(), Fine, "8.0 GiB is left", ""},
		{"a system that does not count files", disk(spaceOf(8<<30, -1, nil)), shop(), Fine, "8.0 GiB", ""},
		{"little room", disk(spaceOf(512<<20, 1e6, nil)), shop(), Warning, "512 MiB", "du -sh"},
		{"a full disk", disk(spaceOf(1<<20, 1e6, nil)), shop(), Failed, "1.0 MiB", "df -h"},
		{"room, and no file can be made", disk(spaceOf(8<<30, 3, nil)), shop(), Failed, "3 more files", "df -i"},
		{"no folder yet: its parent's disk", disk(func(path string) (space, error) {
			if path == "/shop" {
				return space{8 << 30, -1}, nil
			}
			return space{}, errGone
		}), shop(), Fine, "left in /shop", ""},
		{"a disk that does not tell", disk(spaceOf(0, 0, errDenied)), shop(), Failed, "cannot be told", "df -h"},

		{"clocks that agree", clocks(func(*clockProbes) {}), shop(), Fine, "agree", ""},
		{"a clock that was never set", clocks(func(p *clockProbes) { p.now = func() time.Time { return time.Unix(0, 0) } }), shop(), Failed, "before this program existed", "set-ntp"},
		{"a clock that is being set", clocks(func(p *clockProbes) { p.jump = func(context.Context) time.Duration { return -time.Second } }), shop(), Warning, "moved by -1s", "set-ntp"},
		{"files of tomorrow", clocks(func(p *clockProbes) { p.newest = func(string) time.Time { return p.now().Add(time.Hour) } }), shop(), Warning, "went back", "set-ntp"},
		{"a disk with another clock", clocks(func(p *clockProbes) {
			p.written = func(string) (time.Time, error) { return p.now().Add(-time.Minute), nil }
		}), shop(), Failed, "1m0s away", "holds the disk"},
		{"nowhere to write", clocks(func(p *clockProbes) { p.written = func(string) (time.Time, error) { return time.Time{}, errDenied } }), shop(), Fine, "no file could be written", ""},
	}
}
