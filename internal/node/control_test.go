package node

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/banyan-run/banyan/internal/lifecycle"
)

// Whoever waits for the group learns of the failure of a part only when all the others have ended.
func TestTheControlAPIEndsWhenAnotherPartFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	group, broken := lifecycle.NewGroup(t.Context()), errors.New("broken")
	c := &control{group: group}
	c.serve("control API", l, http.NotFoundHandler())
	group.Go("another part", func(context.Context) error { return broken })
	if err := group.Wait(); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := group.Stop(t.Context()); !errors.Is(err, broken) {
		t.Fatal(err)
	}
}
