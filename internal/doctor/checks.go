package doctor

import (
	"net"
	"os"
	"time"

	"github.com/banyan-run/banyan/internal/migration"
	"github.com/banyan-run/banyan/internal/runner"
)

// Checks are all of them, with the probes of the real system, in the order of the report: the application first,
// then what the machine gives, then what its network does, then what the system can.
func Checks() []Check {
	return []Check{
		file(),
		state(migration.Look, writable),
		socket(),
		runtimeFolder(examineFolder),
		temporary(os.TempDir(), writable, barred),
		ports(tryListen, runner.PortOwner),
		programs(runner.Locate),
		versions(runner.Locate, firstLine),
		openFiles(fileLimits),
		processes(processRooms),
		watches(inotifyLimits, countFolders),
		sources(fileSystem),
		disk(freeSpace),
		clock(clockProbes{now: time.Now, written: writtenAt, newest: newestIn, jump: wallJump}),
		memory(limits{read: os.ReadFile, writable: writable}),
		loopback(net.DefaultResolver.LookupNetIP, tryListen),
		proxies(),
		authorities(os.ReadFile),
		https(trustOf, tryListen, runner.PortOwner),
		families(holdsFamilies),
		peers(looksUpItself),
	}
}
