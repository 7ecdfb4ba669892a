package doctor

import (
	"context"
	"strings"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/identity/trust"
)

func trustIs(r trust.Report, err error) func(context.Context, Subject) (trust.Report, error) {
	return func(context.Context, Subject) (trust.Report, error) { return r, err }
}

// trusting is an authority that one store trusts.
func trusting(expires time.Time) trust.Report {
	return trust.Report{Trusted: true, Expires: expires, Stores: []trust.Found{{Name: "Firefox", Trusted: true}}}
}

func trialsOfTheNetwork() []trial {
	six := func(address string) error {
		if strings.HasPrefix(address, "[") {
			return errBroken
		}
		return nil
	}
	own := with(func(s *Subject) {
		s.App.Services[1].Env = []graph.Variable{{Name: "HTTP_PROXY", Value: "http://p:1", At: diag.Position{File: "banyan.yaml", Line: 20, Column: 7}}}
	})
	later := time.Now().AddDate(1, 0, 0)
	secure := with(func(s *Subject) {
		s.App.Environment, s.App.Edge.HTTPS = graph.Local, graph.DefaultHTTPS
		s.App.Edge.HTTPSAt = diag.Position{File: "banyan.yaml", Line: 6, Column: 10}
	})
	return []trial{
		{"both addresses", loopback(resolving(nil, "127.0.0.1", "::1"), says(nil)), shop(), Fine, "127.0.0.1 and ::1", ""},
		{"one address", loopback(resolving(nil, "127.0.0.1"), six), shop(), Fine, "localhost is 127.0.0.1", ""},
		{"an address twice, once as IPv6 writes it", loopback(resolving(nil, "127.0.0.1", "::ffff:127.0.0.1"), says(nil)), shop(), Fine, "localhost is 127.0.0.1", ""},
		{"no loopback device", loopback(resolving(nil, "127.0.0.1"), says(errBroken)), shop(), Failed, "cannot be listened at", "ip link set lo up"},
		{"a name that nobody knows", loopback(resolving(errBroken), says(nil)), shop(), Failed, "no address", "/etc/hosts"},
		{"IPv6 only", loopback(resolving(nil, "::1"), says(nil)), shop(), Failed, "not 127.0.0.1", "/etc/hosts"},
		{"a name server that answers with its own", loopback(resolving(nil, "10.1.2.3"), says(nil)), shop(), Failed, "another machine", "/etc/hosts"},
		{"::1 without IPv6", loopback(resolving(nil, "::1", "127.0.0.1"), six), shop(), Warning, "no IPv6", "/etc/hosts"},

		{"no proxy", proxies(), shop(), Fine, "none is set", ""},
		{"a proxy for HTTPS only touches no call", proxies(), environ("HTTPS_PROXY=http://p:1"), Fine, "none is set", ""},
		{"a proxy that would take calls on this machine", proxies(), environ("HTTP_PROXY=http://p:1"), Failed, "does not name 127.0.0.1 and localhost", "export NO_PROXY="},
		{"the small spelling too", proxies(), environ("http_proxy=http://p:1", "NO_PROXY=example.org"), Failed, "http_proxy is set", "no_proxy="},
		{"localhost alone is not what services call", proxies(), environ("HTTP_PROXY=http://p:1", "NO_PROXY=localhost"), Failed, "127.0.0.1", "NO_PROXY"},
		{"the address alone is what services call", proxies(), environ("HTTP_PROXY=http://p:1", "NO_PROXY=127.0.0.1"), Warning, "localhost", "NO_PROXY"},
		{"one spelling that covers and one that does not", proxies(), environ("HTTP_PROXY=http://p:1", "NO_PROXY=*", "no_proxy=example.org"), Failed, "127.0.0.1", "NO_PROXY"},
		{"exceptions for both", proxies(), environ("HTTP_PROXY=http://p:1", "no_proxy=.localhost, 127.0.0.0/8"), Fine, "keeps calls on this machine away", ""},
		{"everything is an exception", proxies(), environ("ALL_PROXY=socks5://p:1", "NO_PROXY=*"), Fine, "ALL_PROXY", ""},
		{"a proxy in the file names its line", proxies(), own, Failed, "set for pay (banyan.yaml:20:7)", "env: {NO_PROXY"},

		{"nobody asks for HTTPS", https(trustIs(trust.Report{}, errBroken), says(nil), nobody), shop(), Fine, "does not ask for it", ""},
		{"every store trusts it", https(trustIs(trusting(later), nil), says(nil), nobody), secure, Fine, "trusted by 1 store", ""},
		{"a store does not", https(trustIs(trust.Report{Expires: later, Stores: []trust.Found{{Name: "Firefox"}}}, nil), says(nil), nobody), secure, Warning, "Firefox does not trust it", "banyan trust"},
		{"a store cannot be asked", https(trustIs(trust.Report{Expires: later, Stores: []trust.Found{{Name: "Firefox", Wrong: "certutil of NSS is not installed"}}}, nil), says(nil), nobody), secure, Warning, "certutil of NSS is not installed", "banyan trust"},
		{"nobody made one yet", https(trustIs(trust.Report{}, identity.ErrNone), says(nil), nobody), secure, Warning, "no certificate authority", "banyan trust"},
		{"the authority is broken", https(trustIs(trust.Report{}, diag.At(diag.Position{}, diag.AuthorityUnusable, "it cannot be used").WithHint("make a new one")), says(nil), nobody), secure, Failed, "it cannot be used", "make a new one"},
		{"there is no home", https(trustIs(trust.Report{}, errBroken), says(nil), nobody), secure, Failed, "exit status 1", "export HOME"},
		{"it expires soon", https(trustIs(trusting(time.Now().Add(time.Hour)), nil), says(nil), nobody), secure, Warning, "expires on", "banyan trust --remove"},
		{"its port is taken", https(trustIs(trusting(later), nil), says(syscall.EADDRINUSE), func(port int) (int, string, bool) { return 42, "nginx", port == 8443 }), secure, Failed, "127.0.0.1:8443 is taken by nginx, process 42", "gateway: {https: 127.0.0.1:18443}   in banyan.yaml:6:10"},
		{"its port is taken by nobody knows whom", https(trustIs(trusting(later), nil), says(syscall.EADDRINUSE), nobody), secure, Failed, "address already in use", "gateway: {https:"},

		{"none of a company", authorities(holding("", errGone)), shop(), Fine, "names none", ""},
		{"one that can be read", authorities(holding("-----BEGIN CERTIFICATE-----", nil)), environ("SSL_CERT_FILE=/ca.pem"), Fine, "1 file", ""},
		{"one that is gone", authorities(holding("", errGone)), environ("NODE_EXTRA_CA_CERTS=/ca.pem"), Failed, "NODE_EXTRA_CA_CERTS names /ca.pem", "unset NODE_EXTRA_CA_CERTS"},
		{"one in another form", authorities(holding("\x30\x82", nil)), environ("SSL_CERT_FILE=/ca.der"), Failed, "no certificate in PEM", "openssl"},
	}
}

func trialsOfTheSystem() []trial {
	readable := map[string]string{"/sys/fs/cgroup/user/me/cgroup.controllers": "pids\n"}
	tight := map[string]string{"/sys/fs/cgroup/user/memory.max": "134217728\n"}
	narrow := map[string]string{"/sys/fs/cgroup/user/me/memory.max": "536870912\n"}
	wide := map[string]string{"/sys/fs/cgroup/user/me/memory.max": "8589934592\n"}
	old := map[string]string{"/proc/self/cgroup": "5:memory:/docker/1\n2:cpu,cpuacct:/docker/1\n", "/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "9223372036854771712\n"}
	return []trial{
		{"groups of one's own", groups(delegated(nil), nil), shop(), Fine, "would let one be set", ""},
		{"groups of somebody else", groups(delegated(nil), errDenied), shop(), Fine, "another user", ""},
		{"controllers that are not handed down", groups(delegated(readable), nil), shop(), Fine, "not handed down", ""},
		{"version 1, without a limit", groups(old, nil), shop(), Fine, "version 1", ""},
		{"no groups at all", groups(nil, nil), shop(), Fine, "no control groups", ""},
		{"a container with room", groups(delegated(wide), nil), shop(), Fine, "8.0 GiB", ""},
		{"a small container", groups(delegated(narrow), nil), shop(), Warning, "share 512 MiB", "--memory 2g"},
		{"a limit further up counts", groups(delegated(tight), nil), shop(), Failed, "share 128 MiB", "--memory 2g"},

		{"a kernel that keeps families", families(func() error { return nil }), shop(), Fine, "are there", ""},
		{"a sandbox that refuses", families(func() error { return errBroken }), shop(), Warning, "refuses", "banyan down"},
		{"macOS has neither", families(func() error { return errUnsupported }), shop(), Fine, "neither", ""},
		{"a system on which nothing runs", families(func() error { return errNoServices }), shop(), Failed, "cannot run services", "WSL"},

		{"a kernel that tells", peers(peerIs(true, nil)), shop(), Fine, "is found", ""},
		{"a kernel that does not", peers(peerIs(false, nil)), shop(), Warning, "sock_diag", "modprobe"},
		{"nothing to try it with", peers(peerIs(false, errBroken)), shop(), Warning, "could not be tried", "loopback"},
		{"another system", peers(peerIs(false, errUnsupported)), shop(), Fine, "the port alone", ""},
	}
}
