package supervise

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/registry"
)

func TestWhereAProcessListensIsToldWhileItIsWaitedFor(t *testing.T) {
	for _, row := range []struct {
		says   string
		ports  []int
		known  bool
		reason string
		likely string
	}{
		{"elsewhere", []int{18999}, true, "it listens on 18999, not on $PORT (40001)", "it listens on 18999, not on $PORT (40001)"},
		{"elsewhere, twice", []int{80, 443}, true, "it listens on 80 and 443, not on $PORT (40001)", "it listens on 80 and 443, not on $PORT (40001)"},
		{"nowhere", nil, true, "it listens on no port; it must listen on $PORT (40001)", "it listens on no port; it must listen on $PORT (40001)"},
		{"where it was told to", []int{9090, 40001}, true, "waits for GET /healthz", ""},
		{"the system does not tell", nil, false, "waits for GET /healthz", ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.Supervisor.means.Listens = func(group int) ([]int, bool) {
					if group != 1 {
						t.Errorf("process %d is looked at", group)
					}
					return row.ports, row.known
				}
				s.prober.fails("connection refused")
				s.keep(orders())
				s.settle(time.Second)
				if got := s.status("orders.1").Reason; got != "waits for GET /healthz" {
					t.Errorf("at first it says %q", got)
				}
				s.settle(3 * time.Second)
				s.state("orders.1", Starting, registry.Starting)
				if got := s.status("orders.1").Reason; got != row.reason {
					t.Errorf("it says %q", got)
				}
				s.settle(8 * time.Second)
				s.state("orders.1", Unready, registry.Unready)
				if p := s.status("orders.1").Problem; p == nil || p.Likely != row.likely {
					t.Errorf("the problem is %+v", p)
				}
			})
		})
	}
}
