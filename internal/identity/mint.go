package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/user"
	"strings"
	"time"
)

const (
	// authorityLasts is how long root and issuer are good: trusting a new one is work for people.
	authorityLasts = 5 * 365 * 24 * time.Hour
	// skew is how far clocks may differ.
	skew = time.Hour
)

const (
	organization = "Banyan local development"
	// longest is the bound of a common name (RFC 5280, ub-common-name).
	longest = 64
)

// minted are the files of a new authority, by name.
type minted map[string][]byte

// mint makes a root that signs one issuer, and forgets the root's key: what could sign other names than those of this machine never
// comes to a disk. That the issuer is bound to such names every client holds (RFC 5280 §4.2.1.10 and §6.1.4); of a root some
// do not look at it.
func mint(now time.Time) (minted, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	issuerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	whose := owner()
	root := constrained("Banyan local root of "+whose, 1, now)
	// Another one in each authority: NSS takes certificates with the same subject for one and the same.
	root.Subject.SerialNumber = root.SerialNumber.Text(16)
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, fmt.Errorf("signing the root: %w", err)
	}
	if root, err = x509.ParseCertificate(rootDER); err != nil {
		return nil, fmt.Errorf("reading the new root: %w", err)
	}
	issuer := constrained("Banyan local issuer of "+whose, 0, now)
	issuer.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	issuerDER, err := x509.CreateCertificate(rand.Reader, issuer, root, &issuerKey.PublicKey, rootKey)
	if err != nil {
		return nil, fmt.Errorf("signing the issuer: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(issuerKey)
	if err != nil {
		return nil, fmt.Errorf("writing the issuer's key: %w", err)
	}
	return minted{
		rootFile:   pem.EncodeToMemory(&pem.Block{Type: certificateBlock, Bytes: rootDER}),
		issuerFile: pem.EncodeToMemory(&pem.Block{Type: certificateBlock, Bytes: issuerDER}),
		keyFile:    pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: keyDER}),
	}, nil
}

// constrained is an authority for names of this machine alone.
func constrained(name string, depth int, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{organization}, CommonName: common(name)},
		NotBefore: now.Add(-skew), NotAfter: now.Add(authorityLasts),
		IsCA: true, BasicConstraintsValid: true, MaxPathLen: depth, MaxPathLenZero: depth == 0,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, {IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
}

// common is a text that fits into a common name: whole characters, and UTF-8, which what encodes it insists on.
func common(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), longest)], "")
}

// serial is 128 random bits, positive and never zero: unique without a count (RFC 5280 §4.1.2.2).
func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b[:])
}

// owner tells people in a list of authorities whose this one is.
func owner() string {
	name, host := "a user", "this machine"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil && h != "" {
		host = h
	}
	return name + "@" + host
}
