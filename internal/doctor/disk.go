package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/banyan-run/banyan/internal/unit"
)

// space is what is left on a disk for this user; files is the number of files that can still be made, -1 where nobody counts.
type space struct{ bytes, files int64 }

const (
	// Traces and lines are kept up to 64 MiB, and a build writes about as much again.
	leastSpace  = 128 << 20
	enoughSpace = 1 << 30
	leastFiles  = 1000
)

// disk looks at the room for .banyan.
func disk(free func(folder string) (space, error)) Check {
	return Check{Name: "disk", Why: "on a full disk traces, lines and builds are refused, and later data of services", Look: func(_ context.Context, s Subject) []Result {
		folder := s.Banyan.State
		is, err := free(folder)
		if errors.Is(err, fs.ErrNotExist) {
			folder = s.Dir
			is, err = free(folder)
		}
		fix := fmt.Sprintf("df -h %s; du -sh %[1]s/* | sort -h", quoted(folder))
		switch {
		case err != nil:
			return failed(fmt.Sprintf("the room left in %s cannot be told: %s", folder, cause(err)), "df -h "+quoted(folder))
		case is.bytes < leastSpace:
			return failed(fmt.Sprintf("%s is left in %s", unit.Size(is.bytes), folder), fix)
		case is.files >= 0 && is.files < leastFiles:
			return failed(fmt.Sprintf("%d more files can be made in %s", is.files, folder), "df -i "+quoted(folder))
		case is.bytes < enoughSpace:
			return warning(fmt.Sprintf("%s is left in %s", unit.Size(is.bytes), folder), fix)
		}
		return fine("%s is left in %s", unit.Size(is.bytes), folder)
	}}
}
