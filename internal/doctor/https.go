package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/identity/trust"
)

// https looks at what the names under TLS need: a port, an authority that can be used, and stores that trust it.
func https(trusted func(context.Context, Subject) (trust.Report, error), listen func(address string) error, owner func(port int) (pid int, program string, known bool)) Check {
	return Check{Name: "https", Why: "a browser warns of a certificate whose root it does not trust, and programs refuse it", Look: func(ctx context.Context, s Subject) []Result {
		if s.App == nil || s.App.HTTPS() == "" {
			return fine("the application does not ask for it")
		}
		if found := securePort(s, listen, owner); len(found) > 0 {
			return found
		}
		report, err := trusted(ctx, s)
		var d diag.Diagnostic
		switch {
		case errors.Is(err, identity.ErrNone):
			return warning("no certificate authority was made yet, so nothing trusts it", "banyan trust")
		case errors.As(err, &d):
			return failed(d.Message, d.Hint)
		case err != nil:
			return failed(err.Error(), "export HOME, or XDG_DATA_HOME, to a folder of yours")
		case time.Until(report.Expires) < soon:
			return warning("the certificate authority expires on "+report.Expires.Format(time.DateOnly), "banyan trust --remove, remove its folder, then banyan trust")
		}
		if lacking := lacking(report); len(lacking) > 0 {
			return warning(strings.Join(lacking, "; "), "banyan trust")
		}
		return fine("the authority is trusted by %s", counted(len(report.Stores), "store"))
	}}
}

// soon is when somebody should think of a new authority.
const soon = 30 * 24 * time.Hour

// lacking are the stores that do not trust the root, each with why.
func lacking(r trust.Report) []string {
	var all []string
	for _, f := range r.Stores {
		switch {
		case f.Wrong != "":
			all = append(all, f.Name+": "+f.Wrong)
		case !f.Trusted:
			all = append(all, f.Name+" does not trust it")
		}
	}
	return all
}

// securePort is what stands in the way of listening, nothing when that is free or the application's own.
func securePort(s Subject, listen func(string) error, owner func(int) (int, string, bool)) []Result {
	address := s.App.HTTPS()
	if s.Running {
		return nil
	}
	err := listen(address)
	if err == nil {
		return nil
	}
	elsewhere := fmt.Sprintf("gateway: {https: 127.0.0.1:18443}   in %s", s.App.Edge.HTTPSAt)
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	if pid, program, known := owner(port); known {
		return failed(fmt.Sprintf("%s is taken by %s, process %d", address, program, pid), fmt.Sprintf("kill %d, or %s", pid, elsewhere))
	}
	return failed(fmt.Sprintf("%s cannot be listened at: %s", address, cause(err)), elsewhere)
}

// trustOf asks the stores of this machine, and changes none.
func trustOf(ctx context.Context, s Subject) (trust.Report, error) {
	folder, err := identity.Folder(s.Environ)
	if err != nil {
		return trust.Report{}, err
	}
	a, err := identity.Open(folder, time.Now())
	if err != nil {
		return trust.Report{}, err
	}
	m, r := trust.Real(s.Environ), trust.Root{Certificate: a.Root, Path: a.RootPath, ID: a.ID()}
	stores, missing := trust.Stores(m, trust.System, trust.Browsers)
	return trust.Reported(m, r, a.Fingerprint(), trust.Adding(ctx, stores, r), missing), nil
}
