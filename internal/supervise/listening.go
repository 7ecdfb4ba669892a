package supervise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

// lookEach lies between two looks at where a process listens that is still to become ready; the first one comes as late.
const lookEach = 2 * time.Second

// expect says what a starting instance is waited for, and from time to time whether it listens where it was told to.
func (k *kept) expect(now time.Time) {
	if k.health.held || k.status.State != Starting || k.health.ever || now.Sub(k.looked) < lookEach || now.Sub(k.status.Started) < lookEach {
		return
	}
	k.looked = now
	reason := k.expecting()
	if elsewhere := k.elsewhere(); elsewhere != "" {
		reason = elsewhere
	}
	if reason != k.status.Reason {
		k.move(Starting, reason)
	}
}

// elsewhere says where a process listens that does not listen on its port; empty when it does, or when nobody can tell.
func (k *kept) elsewhere() string {
	if k.means.Listens == nil {
		return ""
	}
	ports, known := k.means.Listens(k.status.PID)
	switch {
	case !known || slices.Contains(ports, k.status.Port):
		return ""
	case len(ports) == 0:
		return fmt.Sprintf("it listens on no port; it must listen on $PORT (%d)", k.status.Port)
	}
	texts := make([]string, len(ports))
	for i, port := range ports {
		texts[i] = fmt.Sprint(port)
	}
	return fmt.Sprintf("it listens on %s, not on $PORT (%d)", strings.Join(texts, " and "), k.status.Port)
}

// Awaited is what a starting instance is waited for, in words.
func Awaited(h graph.Health) string {
	switch h.Kind {
	case graph.Unprobed:
		return "its start"
	case graph.ByHTTP:
		return "GET " + h.Path
	case graph.ByGRPC:
		return strings.TrimSpace("the gRPC health of " + h.Service)
	}
	return "its port"
}
