package doctor

import (
	"context"
	"errors"
	"fmt"
)

// errNoServices is a system on which Banyan runs nothing.
var errNoServices = errors.New("banyan up cannot run services on this system yet")

// families looks whether the keeper can be the parent of all that services leave behind, and whether they end with it.
func families(holds func() error) Check {
	return Check{Name: "keeping", Why: "nothing that Banyan started may outlive it, not even after kill -9", Look: func(context.Context, Subject) []Result {
		switch err := holds(); {
		case errors.Is(err, errNoServices):
			return failed(err.Error(), "use Linux, macOS or WSL; validate, graph and explain work here")
		case errors.Is(err, errors.ErrUnsupported):
			return fine("this system has neither subreaper nor death signal: after kill -9 of the keeper, what left its process group lives on")
		case err != nil:
			return warning(fmt.Sprintf("this kernel refuses to make the keeper a subreaper or to set a death signal: %s", err), "end applications with banyan down, not with kill -9; a sandbox (gVisor, seccomp) may refuse it")
		}
		return fine("subreaper and death signal are there")
	}}
}

// peers looks whether the system tells which process opened a connection.
func peers(found func(context.Context) (bool, error)) Check {
	return Check{Name: "peers", Why: "one service that uses another's port is refused only where the system tells who connects", Look: func(ctx context.Context, _ Subject) []Result {
		switch is, err := found(ctx); {
		case errors.Is(err, errors.ErrUnsupported):
			return fine("this system does not tell who connects: the port alone says it")
		case err != nil:
			return warning(fmt.Sprintf("who connects could not be tried: %s", err), "see the check loopback")
		case !is:
			return warning("the kernel does not tell who connects (sock_diag): the port alone says it", "sudo modprobe inet_diag tcp_diag; in a container allow the socket family AF_NETLINK")
		}
		return fine("the process at the other end of a connection is found")
	}}
}
