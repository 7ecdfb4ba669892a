package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// distant are file systems whose changes may be made elsewhere, where this kernel does not see them.
var distant = []string{"nfs", "smb", "9p", "vboxsf", "virtiofs", "fuse", "smbfs", "webdav", "afpfs"}

// sources looks at what kind of disk the sources lie on.
func sources(kind func(folder string) (string, error)) Check {
	return Check{Name: "sources", Why: "the system tells no change that is made on the other side of a shared disk, and locks may not hold there", Look: func(_ context.Context, s Subject) []Result {
		is, err := kind(s.Dir)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return fine("this system does not tell what disk %s is on", s.Dir)
		case err != nil:
			return failed(fmt.Sprintf("%s cannot be looked at: %s", s.Dir, cause(err)), "ls -ld "+quoted(s.Dir))
		case slices.Contains(distant, is):
			return warning(fmt.Sprintf("%s is on a shared disk (%s)", s.Dir, is), "keep the sources on a local disk (under WSL in the home folder, not below /mnt/c), or banyan restart after a save")
		}
		return fine("%s is on a local disk", s.Dir)
	}}
}
