package identity

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func parseIP(text string) net.IP { return net.ParseIP(text) }

// handshake is how a client that trusts the root fares with a name.
func handshake(t *testing.T, i *Issuer, root *x509.Certificate, name string, versions uint16) (tls.ConnectionState, error) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(root)
	near, far := net.Pipe()
	known := func(name string) bool { return name == "shop.localhost" || name == "orders.shop.localhost" }
	server := tls.Server(far, i.TLS(known))
	var done sync.WaitGroup
	done.Go(func() { _ = server.Handshake(); _ = far.Close() })
	client := tls.Client(near, &tls.Config{
		RootCAs: roots, ServerName: name, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS10, MaxVersion: versions,
		Time: func() time.Time { return noon },
	})
	err := client.Handshake()
	state := client.ConnectionState()
	_ = near.Close()
	done.Wait()
	return state, err
}

func TestClientsThatTrustTheRootAcceptTheNamesOfTheApplication(t *testing.T) {
	folder := t.TempDir()
	a := obtain(t, folder)
	i := NewIssuer(folder, func() time.Time { return noon })
	for _, c := range []struct {
		about, name string
		version     uint16
		refused     string
	}{
		{"this machine", "localhost", tls.VersionTLS13, ""},
		{"the application", "shop.localhost", tls.VersionTLS13, ""},
		{"a service", "orders.shop.localhost", tls.VersionTLS13, ""},
		{"upper case is the same name", "Orders.Shop.LocalHost", tls.VersionTLS13, ""},
		{"an address, for which no name is sent", "127.0.0.1", tls.VersionTLS13, ""},
		{"the other family", "::1", tls.VersionTLS13, ""},
		{"TLS 1.2", "shop.localhost", tls.VersionTLS12, ""},
		{"TLS 1.1 is too old", "shop.localhost", tls.VersionTLS11, "protocol version"},
		{"a service that there is not", "pay.shop.localhost", tls.VersionTLS13, "unrecognized name"},
		{"a name that was rebound to here", "evil.example", tls.VersionTLS13, "unrecognized name"},
	} {
		state, err := handshake(t, i, a.Root, c.name, c.version)
		switch {
		case c.refused == "" && err != nil:
			t.Errorf("%s: %v", c.about, err)
		case c.refused == "" && state.NegotiatedProtocol != "h2":
			t.Errorf("%s: speaks %q", c.about, state.NegotiatedProtocol)
		case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
			t.Errorf("%s: %v, not %s", c.about, err, c.refused)
		}
	}
	if _, err := i.Certificate("bank.example"); err == nil {
		t.Error("a name of the world was signed")
	}
}

func TestACertificateIsKeptAndMadeAgainBeforeItExpires(t *testing.T) {
	folder, now := t.TempDir(), noon
	i := NewIssuer(folder, func() time.Time { return now })
	get := func() *tls.Certificate {
		t.Helper()
		c, err := i.Certificate("shop.localhost")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := get()
	if now = noon.Add(leafLasts - leafRenew - time.Second); get() != first {
		t.Error("it was made again though a third of its time is left")
	}
	now = noon.Add(leafLasts - leafRenew)
	second := get()
	if second == first || !second.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Errorf("it was not made again: good until %s", second.Leaf.NotAfter)
	}
	if now = noon.Add(30 * 24 * time.Hour); get().Leaf.NotAfter.Before(now) {
		t.Error("after a month of sleep it is an expired one")
	}
	now = noon.Add(authorityLasts - time.Hour)
	if last := get(); last.Leaf.NotAfter.After(noon.Add(authorityLasts)) {
		t.Errorf("it outlives its issuer: %s", last.Leaf.NotAfter)
	}
	now = noon.Add(authorityLasts + time.Hour)
	if _, err := i.Certificate("shop.localhost"); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after the authority expired: %v", err)
	}
}

func TestAnAuthorityThatWasReplacedIsUsedWithoutARestart(t *testing.T) {
	folder := t.TempDir()
	i := NewIssuer(folder, func() time.Time { return noon })
	must(t, i.Ready())
	before, err := i.Certificate("shop.localhost")
	must(t, err)
	must(t, os.RemoveAll(authorityIn(folder)))
	if same, err := i.Certificate("shop.localhost"); err != nil || same != before {
		t.Errorf("what is in use does not outlive its removal: %v", err)
	}
	next := obtain(t, folder)
	later := noon.Add(time.Minute)
	must(t, os.Chtimes(authorityIn(folder)+"/"+issuerFile, later, later))
	if _, err := handshake(t, i, next.Root, "shop.localhost", tls.VersionTLS13); err != nil {
		t.Errorf("the new one is not used: %v", err)
	}
	must(t, os.Truncate(authorityIn(folder)+"/"+issuerFile, 3))
	if _, err := i.Certificate("shop.localhost"); err != nil {
		t.Errorf("a new one that is broken ends what works: %v", err)
	}
	if err := NewIssuer(folder, func() time.Time { return noon }).Ready(); err == nil {
		t.Error("a broken one is ready")
	}
}
