package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// leafLasts is how long a server's certificate is good; it is made again when a third of that is left.
	leafLasts = 24 * time.Hour
	leafRenew = leafLasts / 3
)

// Issuer gives servers their certificates, as clients ask for names. Each is made once, kept, and made again before it
// expires, or when the authority was replaced.
type Issuer struct {
	folder string
	now    func() time.Time
	mu     struct {
		sync.Mutex
		authority *Authority
		stamp     stamp
		leaves    map[string]*tls.Certificate
	}
}

// stamp changes when the authority on the disk is another.
type stamp struct {
	size     int64
	modified time.Time
}

// NewIssuer issues from the authority in the user's folder; Ready makes it. now is the clock.
func NewIssuer(folder string, now func() time.Time) *Issuer { return &Issuer{folder: folder, now: now} }

// Ready makes or reads the authority; its error is for people.
func (i *Issuer) Ready() error {
	_, err := i.current()
	return err
}

// TLS is how a server speaks: TLS 1.2 or later, HTTP/2 and HTTP/1.1, and certificates for the names that known knows. A client
// that asks for another is told so (unrecognized_name, RFC 6066 §3); one that asks for none, as those do that have an address
// only (§3: no literal addresses), gets the one of localhost and the loopback addresses.
func (i *Issuer) TLS(known func(name string) bool) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
			if name == "" {
				name = localhost
			}
			if name != localhost && !known(name) {
				return nil, nil //nolint:nilnil // how crypto/tls is told that there is none
			}
			return i.Certificate(name)
		},
	}
}

const localhost = "localhost"

// Certificate is the one for a name: localhost, or what ends in .localhost.
func (i *Issuer) Certificate(name string) (*tls.Certificate, error) {
	if name != localhost && !strings.HasSuffix(name, "."+localhost) {
		return nil, fmt.Errorf("issuing a certificate: %s is no name of this machine", name)
	}
	authority, err := i.current()
	if err != nil {
		return nil, err
	}
	now := i.now()
	if kept := i.kept(name); kept != nil && now.Before(kept.Leaf.NotAfter.Add(-leafRenew)) && !now.Before(kept.Leaf.NotBefore) {
		return kept, nil
	}
	// Made outside the lock: two at once are two good ones.
	leaf, err := authority.issue(name, now)
	if err != nil {
		return nil, fmt.Errorf("issuing a certificate for %s: %w", name, err)
	}
	i.keep(authority, name, leaf)
	return leaf, nil
}

func (i *Issuer) kept(name string) *tls.Certificate {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.mu.leaves[name]
}

func (i *Issuer) keep(by *Authority, name string, leaf *tls.Certificate) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.mu.authority == by {
		i.mu.leaves[name] = leaf
	}
}

// current is the authority of the disk, which a banyan trust may have replaced. What is in use goes on while the disk has none that
// is usable.
func (i *Issuer) current() (*Authority, error) {
	on := stampOf(i.folder)
	known, seen := i.known()
	if known != nil && (on == seen || on == stamp{}) {
		return known, known.good(authorityIn(i.folder), i.now())
	}
	next, err := Obtain(i.folder, i.now())
	switch {
	case err != nil && known != nil && known.good(authorityIn(i.folder), i.now()) == nil:
		return known, nil
	case err != nil:
		return nil, err
	}
	i.replace(next, stampOf(i.folder))
	return next, nil
}

func (i *Issuer) known() (*Authority, stamp) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.mu.authority, i.mu.stamp
}

func (i *Issuer) replace(next *Authority, on stamp) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.mu.authority, i.mu.stamp, i.mu.leaves = next, on, map[string]*tls.Certificate{}
}

func stampOf(folder string) stamp {
	is, err := os.Stat(filepath.Join(authorityIn(folder), issuerFile))
	if err != nil {
		return stamp{}
	}
	return stamp{is.Size(), is.ModTime()}
}

// issue signs a certificate that lasts no longer than what it is signed with.
func (a *Authority) issue(name string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{organization}}, DNSNames: []string{name},
		NotBefore: now.Add(-skew), NotAfter: earlier(now.Add(leafLasts), earlier(a.issuer.NotAfter, a.Root.NotAfter)),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if name == localhost {
		leaf.IPAddresses = []net.IP{netip.MustParseAddr("127.0.0.1").AsSlice(), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.issuer, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.issuer.Raw}, PrivateKey: key, Leaf: parsed}, nil
}
