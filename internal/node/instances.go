package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/registry"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// prober looks at instances by runner's probes.
type prober struct{ client *http.Client }

func newProber() prober {
	return prober{&http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Probe implements supervise.Prober.
func (prober) Probe(ctx context.Context, address string, h graph.Health) error {
	return runner.Probe(ctx, runner.Target{Kind: h.Kind, Address: address, Path: h.Path, Service: h.Service}, h.Timeout)
}

// Speaks implements supervise.Prober.
func (prober) Speaks(ctx context.Context, address string, protocol graph.Protocol) (bool, error) {
	switch protocol {
	case graph.H2C, graph.GRPC:
		return true, nil
	case graph.HTTP1, graph.TCP:
		return false, nil
	}
	found, err := runner.Detect(ctx, address)
	return found == graph.H2C, err
}

// Reach implements supervise.Prober.
func (p prober) Reach(ctx context.Context, at string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return fmt.Errorf("probing %s: %w", at, err)
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return fmt.Errorf("GET %s: %w", request.URL.Path, plain(ctx, err))
	}
	defer answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("GET %s answered %d", request.URL.Path, answer.StatusCode)
	}
	return nil
}

var errNoAnswer = errors.New("no answer in time")

// plain is why a request failed, without the addresses and calls that Go's errors tell of.
func plain(ctx context.Context, err error) error {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var number syscall.Errno
	switch {
	case ctx.Err() != nil || os.IsTimeout(err):
		return errNoAnswer
	case errors.As(err, &name):
		return fmt.Errorf("the name %s cannot be resolved", name.Name)
	case errors.As(err, &certificate):
		return fmt.Errorf("its certificate is not trusted: %w", certificate.Err)
	case errors.As(err, &number):
		return number
	}
	var call *url.Error
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}

// endpoints gives the proxies what the registry knows.
type endpoints struct{ registry *registry.Registry }

// Endpoints implements balance.Endpoints.
func (e endpoints) Endpoints(callee string) balance.Set {
	s := e.registry.Endpoints(callee)
	return balance.Set{Ready: s.Ready, Coming: s.Coming, Absent: s.Absent, Changed: s.Changed}
}

// traffic tells the supervisor when an instance has no open exchange left.
type traffic struct {
	registry *registry.Registry
	state    *balance.State
}

const (
	// settle is how long an exchange may take from reading the endpoints to being counted at one of them.
	settle = 20 * time.Millisecond
	// It is looked often at first and, where exchanges last, less often: a stream may be open for long.
	lookEach, lookSeldom = 5 * time.Millisecond, 100 * time.Millisecond
)

// Drained implements supervise.Traffic.
func (t traffic) Drained(ctx context.Context, id string) error {
	i, known := t.registry.Snapshot().Find(id)
	if !known {
		return nil
	}
	look := time.NewTimer(lookEach)
	defer look.Stop()
	for began := time.Now(); ; {
		passed := time.Since(began)
		if passed >= settle && t.state.InFlight(i.Service, i.Address) == 0 {
			return nil
		}
		look.Reset(min(lookEach+passed/20, lookSeldom))
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reason says why a process likely ended.
func reason(f supervise.Failure) string {
	return runner.Reason(runner.Ending{Code: f.Code, Signal: f.Signal, Lines: f.Lines, Argv: f.Service.Run.Argv}, runner.PortOwner)
}

// leaders are the supervised process groups and their services.
func leaders(link *keeper.Client) map[int]string {
	services := map[int]string{}
	for _, child := range link.Children() {
		if child.Exited == nil {
			services[child.PID] = child.Meta["service"]
		}
	}
	return services
}
