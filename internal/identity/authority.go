package identity

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// The files of an authority, and what is in them.
const (
	rootFile         = "root.crt"
	issuerFile       = "issuer.crt"
	keyFile          = "issuer.key"
	certificateBlock = "CERTIFICATE"
	keyBlock         = "PRIVATE KEY"
)

// Authority is what certificates for servers of this user are signed with. Only the root goes into trust stores.
type Authority struct {
	// Root is self-signed; its key was never kept. RootPath is where it stands, in PEM, for clients that are told by a file.
	Root     *x509.Certificate
	RootPath string
	issuer   *x509.Certificate
	key      *ecdsa.PrivateKey
}

// ErrNone says that the user has no authority yet.
var ErrNone = errors.New("there is no certificate authority yet")

// Open reads the authority in the user's folder. The error is ErrNone, or a diagnostic that says what is wrong with it and what to do.
func Open(folder string, now time.Time) (*Authority, error) {
	at := authorityIn(folder)
	switch _, err := os.Lstat(at); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNone
	case err != nil:
		return nil, fmt.Errorf("looking for the certificate authority: %w", err)
	}
	if err := private(at); err != nil {
		return nil, err
	}
	a, err := read(at)
	if err != nil {
		return nil, unusable(at, err.Error())
	}
	if err := a.good(at, now); err != nil {
		return nil, err
	}
	return a, nil
}

// Obtain is Open, and makes the authority where there is none: processes that do it at once end with the same.
func Obtain(folder string, now time.Time) (*Authority, error) {
	a, err := Open(folder, now)
	if !errors.Is(err, ErrNone) {
		return a, err
	}
	files, err := mint(now)
	if err != nil {
		return nil, err
	}
	if err := files.place(folder); err != nil {
		return nil, fmt.Errorf("making the certificate authority: %w", err)
	}
	return Open(folder, now)
}

// Root is the root alone, for taking it out of trust stores when nothing else of the authority is usable any more.
func Root(folder string) (*Authority, error) {
	path := filepath.Join(authorityIn(folder), rootFile)
	if _, err := os.Lstat(authorityIn(folder)); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	root, err := certificate(path)
	if err != nil {
		return nil, unusable(authorityIn(folder), err.Error())
	}
	return &Authority{Root: root, RootPath: path}, nil
}

// ID names the root in files and lists: the beginning of its SHA-256.
func (a *Authority) ID() string { return a.Fingerprint()[:16] }

// Fingerprint is the SHA-256 of the root.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.Root.Raw)
	return hex.EncodeToString(sum[:])
}

// place writes the files into a folder of their own and gives that its name, which works once: whoever comes second leaves the first's.
func (m minted) place(folder string) (err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	made, err := os.MkdirTemp(folder, ".authority-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	for name, text := range m {
		if err := write(filepath.Join(made, name), text); err != nil {
			return err
		}
	}
	err = os.Rename(made, authorityIn(folder))
	if _, there := os.Stat(filepath.Join(authorityIn(folder), keyFile)); there == nil {
		return nil // ours, or that of who was first
	}
	return err
}

// write is through to the disk before the folder gets its name.
func write(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// private refuses an authority that others could have used or changed.
func private(at string) error {
	if runtime.GOOS == "windows" {
		return nil // access lists of the profile's folder say it
	}
	for _, path := range []string{at, filepath.Join(at, keyFile)} {
		switch is, err := os.Lstat(path); {
		case errors.Is(err, fs.ErrNotExist):
			// read says what is missing
		case err != nil:
			return unusable(at, err.Error())
		case is.Mode()&fs.ModeSymlink != 0:
			return unusable(at, path+" is a link")
		case is.Mode().Perm()&0o077 != 0:
			return diag.At(diag.Position{}, diag.AuthorityUnusable, "%s can be reached by others (mode %04o), so the key may be known to them", path, is.Mode().Perm()).
				WithHint("%s; if others could have read it only: chmod 700 %q and chmod 600 %q", anew(at), at, filepath.Join(at, keyFile))
		}
	}
	return nil
}

func read(at string) (*Authority, error) {
	a := &Authority{RootPath: filepath.Join(at, rootFile)}
	var err error
	if a.Root, err = certificate(a.RootPath); err != nil {
		return nil, err
	}
	if a.issuer, err = certificate(filepath.Join(at, issuerFile)); err != nil {
		return nil, err
	}
	path := filepath.Join(at, keyFile)
	der, err := block(path, keyBlock)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s holds no key", path) // the parser's words could repeat what is in it
	}
	a.key, _ = key.(*ecdsa.PrivateKey)
	switch {
	case a.key == nil || !a.key.PublicKey.Equal(a.issuer.PublicKey):
		return nil, fmt.Errorf("%s is not the key of %s", path, issuerFile)
	case a.issuer.CheckSignatureFrom(a.Root) != nil:
		return nil, fmt.Errorf("%s is not signed by %s", issuerFile, rootFile)
	}
	return a, nil
}

func certificate(path string) (*x509.Certificate, error) {
	der, err := block(path, certificateBlock)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s holds no certificate: %w", path, err)
	}
	return c, nil
}

func block(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(text)
	if b == nil || b.Type != kind {
		return nil, fmt.Errorf("%s holds no %s in PEM", path, kind)
	}
	return b.Bytes, nil
}

// good tells whether the authority may sign now.
func (a *Authority) good(at string, now time.Time) error {
	switch ends := earlier(a.Root.NotAfter, a.issuer.NotAfter); {
	case now.After(ends):
		return unusable(at, "it expired on "+ends.Format(time.DateOnly))
	case now.Before(a.issuer.NotBefore):
		return diag.At(diag.Position{}, diag.AuthorityUnusable, "the certificate authority in %s begins on %s, and the clock says %s", at,
			a.issuer.NotBefore.Format(time.DateOnly), now.Format(time.DateOnly)).WithHint("set the clock (timedatectl, or the system's settings)")
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func unusable(at, why string) error {
	return diag.At(diag.Position{}, diag.AuthorityUnusable, "the certificate authority in %s cannot be used: %s", at, why).WithHint("%s", anew(at))
}

// anew is how to begin afresh without leaving a root behind that nobody needs.
func anew(at string) string {
	return fmt.Sprintf("make a new one: banyan trust --remove, then remove the folder %q, then banyan trust", at)
}
