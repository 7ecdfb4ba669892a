package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/journal"
)

// stamp is a release that was made once: the same hash keeps its number.
type stamp struct {
	Number int    `json:"number"`
	Hash   string `json:"hash"`
}

// remembered bounds how many releases of a service keep their number.
const remembered = 100

func (s stamp) String() string { return fmt.Sprintf("%d-%s", s.Number, s.Hash) }

// releaseHash is over the specification and the artifact, 8 hex digits.
func releaseHash(spec, artifact string) string {
	sum := sha256.Sum256([]byte(spec + "\n" + artifact))
	return hex.EncodeToString(sum[:4])
}

// stamp returns the release of what a job prepared, a new one when its hash is new.
func (l *loop) stamp(k *kept, j *job, artifact string) string {
	hash := releaseHash(j.version.spec, artifact)
	for _, known := range k.memory.Releases {
		if known.Hash == hash {
			return known.String()
		}
	}
	next := stamp{k.memory.Last + 1, hash}
	for _, s := range l.statuses[k.name] {
		// A record that was lost: what runs still tells its number.
		if number, running, cut := strings.Cut(s.Release, "-"); cut && running == hash {
			_, _ = fmt.Sscan(number, &next.Number)
		}
	}
	k.memory.Last = max(k.memory.Last, next.Number)
	k.memory.Releases = append(k.memory.Releases, next)
	k.memory.Releases = k.memory.Releases[max(0, len(k.memory.Releases)-remembered):]
	l.means.Journal.Record(journal.Entry{
		Kind: journal.Release, Subject: k.name, Text: "release " + next.String() + " of " + k.name, Why: j.need.why, Where: cmp.Or(j.need.at, k.service.At),
	})
	return next.String()
}
