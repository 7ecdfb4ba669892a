package doctor

import (
	"context"
	"fmt"
)

// descriptors are the limits of open files: hard is what Banyan raises its own to, as every Go program does; soft is what
// services are started with. Zero is unknown, the greatest number unlimited.
type descriptors struct{ soft, hard uint64 }

const (
	// Each open exchange takes two, the client's and the instance's, and the platform some of its own.
	fewestFiles  = 512
	enoughFiles  = 4096
	serviceFiles = 256
)

// openFiles looks at the limits of open files.
func openFiles(limits func(context.Context) (descriptors, error)) Check {
	return Check{Name: "open files", Why: "each connection through the gateway takes two; at the limit new ones are refused", Look: func(ctx context.Context, s Subject) []Result {
		is, err := limits(ctx)
		instances := instancesOf(s)
		least := uint64(fewestFiles + 8*instances)
		switch {
		case err != nil:
			return fine("this system tells no limit (%s)", err)
		case is.hard < least:
			return failed(fmt.Sprintf("%d at most, and %d instances need %d", is.hard, instances, least),
				fmt.Sprintf("prlimit --nofile=%d --pid $$, or LimitNOFILE= of the systemd unit", 2*enoughFiles))
		case is.hard < enoughFiles:
			return warning(fmt.Sprintf("%d at most: about %d open requests at once", is.hard, is.hard/2), fmt.Sprintf("ulimit -Hn %d in a root shell, or /etc/security/limits.conf: * hard nofile %[1]d", 2*enoughFiles))
		case is.soft > 0 && is.soft <= serviceFiles:
			return warning(fmt.Sprintf("services start with %s each; a busy one needs more", amount(is.soft)), fmt.Sprintf("ulimit -n %d before banyan up", enoughFiles))
		}
		return fine("%s for Banyan, %s for each service", amount(is.hard), amount(is.soft))
	}}
}

func instancesOf(s Subject) int {
	n := 0
	for _, service := range servicesOf(s) {
		n += service.Replicas.Count
	}
	return n
}

// endless is what systems write for no limit: RLIM_INFINITY differs, but is always above this.
const endless = 1 << 62

func amount(n uint64) string {
	switch {
	case n == 0:
		return "an unknown number"
	case n >= endless:
		return "any number"
	}
	return fmt.Sprint(n)
}
