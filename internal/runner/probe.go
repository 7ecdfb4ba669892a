package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

// Target is what to probe.
type Target struct {
	Kind graph.HealthKind
	// Address is host:port.
	Address string
	// Path is for HTTP; Service for gRPC, empty for the whole server.
	Path, Service string
}

// maxProbeBody bounds what is read of an answer.
const maxProbeBody = 64 << 10

// Probe asks once whether an instance is healthy; nil says that it is. An error is one line that says what was asked and
// what was answered.
func Probe(ctx context.Context, t Target, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var err error
	switch t.Kind {
	case graph.ByHTTP:
		err = probeHTTP(ctx, t)
	case graph.ByGRPC:
		err = probeGRPC(ctx, t)
	default:
		err = probePort(ctx, t.Address)
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return noAnswer{t, timeout}
	}
	return err
}

// noAnswer is a context.DeadlineExceeded for errors.Is: who keeps silent may be stopped at a breakpoint, who refuses is gone.
type noAnswer struct {
	asked  Target
	within time.Duration
}

func (e noAnswer) Error() string { return fmt.Sprintf("%s: no answer within %s", e.asked, e.within) }

func (noAnswer) Is(target error) bool { return target == context.DeadlineExceeded }

// String is the probe in words.
func (t Target) String() string {
	switch t.Kind {
	case graph.ByHTTP:
		return "GET " + t.Path
	case graph.ByGRPC:
		return "gRPC health " + t.Service
	}
	return "connect to " + t.Address
}

func probePort(ctx context.Context, address string) error {
	c, err := dial(ctx, address)
	if err != nil {
		return err
	}
	return c.Close()
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s does not accept connections: %w", address, cause(err))
	}
	return c, nil
}

// cause is the system's word without the addresses, which the sentence has already.
func cause(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

func probeHTTP(ctx context.Context, t Target) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.Address+t.Path, nil)
	if err != nil {
		return fmt.Errorf("probing %s: %w", t.Path, err)
	}
	request.Header.Set("User-Agent", "banyan-health")
	// No connection is kept: a probe must see whether the instance still accepts one. A redirect is an answer that is not 2xx.
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("%s failed: %w", t, cause(err))
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("%s answered %d", t, answer.StatusCode)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, maxProbeBody)); err != nil {
		return fmt.Errorf("%s broke off: %w", t, cause(err))
	}
	return nil
}
