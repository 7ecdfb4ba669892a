package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// host is the name that requests are sent to: that of the bench's application under TLS.
const host = "bench.localhost"

// certify writes what the peers show: a chain of leaf and issuer with the leaf's key, ECDSA over P-256, as Banyan's own is.
func certify(path string) error {
	issuerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	issuer := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	above, err := x509.CreateCertificate(rand.Reader, issuer, issuer, &issuerKey.PublicKey, issuerKey)
	if err != nil {
		return err
	}
	own, err := x509.CreateCertificate(rand.Reader, leaf, issuer, &key.PublicKey, issuerKey)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	var all bytes.Buffer
	for _, block := range []pem.Block{{Type: "CERTIFICATE", Bytes: own}, {Type: "CERTIFICATE", Bytes: above}, {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := pem.Encode(&all, &block); err != nil {
			return err
		}
	}
	return os.WriteFile(path, all.Bytes(), 0o600)
}

func onlyX25519() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519}}
}

// asking is the client's side. It does not verify what it is shown, which would cost the client alone, and resumes nothing.
func asking() *tls.Config {
	c := onlyX25519()
	c.ServerName, c.InsecureSkipVerify, c.SessionTicketsDisabled = host, true, true
	return c
}
