package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// loopback looks whether this machine reaches itself by address and by name.
func loopback(lookup func(ctx context.Context, network, host string) ([]netip.Addr, error), listen func(address string) error) Check {
	return Check{Name: "loopback", Why: "every call goes over 127.0.0.1, and people write localhost", Look: func(ctx context.Context, _ Subject) []Result {
		if err := listen("127.0.0.1:0"); err != nil {
			return failed(fmt.Sprintf("127.0.0.1 cannot be listened at: %s", err), "sudo ip link set lo up, or sudo ifconfig lo0 up on macOS")
		}
		hosts := `echo "127.0.0.1 localhost" | sudo tee -a /etc/hosts`
		found, err := lookup(ctx, "ip", "localhost")
		if err != nil {
			return failed(fmt.Sprintf("localhost has no address: %s", err), hosts)
		}
		six := netip.IPv6Loopback()
		for i := range found {
			found[i] = found[i].Unmap()
		}
		switch {
		case slices.ContainsFunc(found, func(a netip.Addr) bool { return !a.IsLoopback() }):
			return failed(fmt.Sprintf("localhost is %s, which is another machine", addresses(found)), hosts+", and remove the other line")
		case !slices.Contains(found, netip.AddrFrom4([4]byte{127, 0, 0, 1})):
			return failed(fmt.Sprintf("localhost is %s, and not 127.0.0.1", addresses(found)), hosts)
		case slices.Contains(found, six) && listen("[::1]:0") != nil:
			return warning("localhost is ::1 too, and this machine has no IPv6: clients that try it first fail or wait", "remove localhost from the line of ::1 in /etc/hosts")
		case slices.Contains(found, six):
			return fine("localhost is %s; Banyan listens at 127.0.0.1 alone", addresses(found))
		}
		return fine("localhost is %s", addresses(found))
	}}
}

func addresses(all []netip.Addr) string {
	var texts []string
	for _, a := range all {
		if text := a.String(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, " and ")
}
