package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

var noon = time.Date(2027, time.March, 1, 12, 0, 0, 0, time.UTC)

func obtain(t *testing.T, folder string) *Authority {
	t.Helper()
	a, err := Obtain(folder, noon)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheAuthorityIsMadeOnceAndForItsUserAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "banyan")
	if _, err := Open(folder, noon); !errors.Is(err, ErrNone) {
		t.Fatalf("before it is made: %v", err)
	}
	first := obtain(t, folder)
	if again := obtain(t, folder); again.Fingerprint() != first.Fingerprint() {
		t.Errorf("the second is another one: %s, %s", first.Fingerprint(), again.Fingerprint())
	}
	modes := map[string]fs.FileMode{
		".": 0o700, "authority": 0o700, "authority/root.crt": 0o600, "authority/issuer.crt": 0o600, "authority/issuer.key": 0o600,
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		is, err := d.Info()
		if want, there := modes[filepath.ToSlash(name)]; !there || is.Mode().Perm() != want {
			t.Errorf("%s has mode %04o; of %v", name, is.Mode().Perm(), modes)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManyAtOnceMakeOneAuthority(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "banyan")
	var made [16]string
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			a, err := Obtain(folder, noon)
			if err != nil {
				t.Error(err)
				return
			}
			made[i] = a.Fingerprint()
		})
	}
	all.Wait()
	for _, one := range made {
		if one != made[0] {
			t.Fatalf("not all have the same: %v", made)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("beside the authority there is %v", left)
	}
}

func TestAnyNameOfUserAndMachineFits(t *testing.T) {
	for _, name := range []string{strings.Repeat("a", longest-1) + "é", "J\xfcrgen@host", strings.Repeat("é", longest)} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		root := constrained(name, 1, noon)
		if _, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// What is on the disk cannot sign a name of the world: the issuer is bound, and the root's key was never kept.
func TestWhoeverHasTheKeyCanSignNamesOfThisMachineAlone(t *testing.T) {
	folder := t.TempDir()
	a := obtain(t, folder)
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(a.Root)
	between.AddCert(a.issuer)
	stolen, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	for _, c := range []struct {
		about, name string
		dns         []string
		address     string
		passes      bool
	}{
		{"localhost", "localhost", []string{"localhost"}, "", true},
		{"a name below it", "orders.shop.localhost", []string{"orders.shop.localhost"}, "", true},
		{"a site of the world", "bank.example", []string{"bank.example"}, "", false},
		{"a name that only ends alike", "evillocalhost", []string{"evillocalhost"}, "", false},
		{"one good name does not carry a bad one", "localhost", []string{"localhost", "bank.example"}, "", false},
		{"a loopback address", "127.0.0.1", nil, "127.0.0.1", true},
		{"another address", "10.0.0.1", nil, "10.0.0.1", false},
	} {
		leaf, err := a.issue("localhost", noon)
		if err != nil {
			t.Fatal(err)
		}
		template := *leaf.Leaf
		template.DNSNames, template.IPAddresses = c.dns, nil
		if c.address != "" {
			template.IPAddresses = append(template.IPAddresses, parseIP(c.address))
		}
		der, err := x509.CreateCertificate(rand.Reader, &template, a.issuer, &stolen.PublicKey, a.key)
		if err != nil {
			t.Fatal(err)
		}
		made, _ := x509.ParseCertificate(der)
		_, err = made.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: c.name, CurrentTime: noon})
		if (err == nil) != c.passes {
			t.Errorf("%s: verified with %v", c.about, err)
		}
	}
	keys := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := os.ReadFile(path)
			keys += bytes.Count(text, []byte("KEY-----")) / 2
		}
		return err
	})
	if err != nil || keys != 1 {
		t.Errorf("the folder holds %d keys, not the issuer's alone: %v", keys, err)
	}
	if a.key.PublicKey.Equal(a.Root.PublicKey) {
		t.Error("the key that is kept is the root's")
	}
}

func TestAnAuthorityThatCannotBeUsedSaysWhyAndWhatToDo(t *testing.T) {
	other := obtain(t, t.TempDir())
	for _, c := range []struct {
		about  string
		spoil  func(t *testing.T, at string)
		now    time.Time
		says   string
		advice string
	}{
		{"the key can be read by others", func(t *testing.T, at string) { must(t, os.Chmod(filepath.Join(at, keyFile), 0o644)) }, noon, "can be reached by others (mode 0644)", "chmod 600"},
		{"the folder is open", func(t *testing.T, at string) { must(t, os.Chmod(at, 0o755)) }, noon, "can be reached by others (mode 0755)", "chmod 700"},
		{"the key is a link", func(t *testing.T, at string) {
			must(t, os.Rename(filepath.Join(at, keyFile), filepath.Join(at, "elsewhere")))
			must(t, os.Symlink("elsewhere", filepath.Join(at, keyFile)))
		}, noon, "is a link", "banyan trust --remove"},
		{"the key is gone", func(t *testing.T, at string) { must(t, os.Remove(filepath.Join(at, keyFile))) }, noon, "no such file", "banyan trust --remove"},
		{"the root is cut off", func(t *testing.T, at string) { must(t, os.Truncate(filepath.Join(at, rootFile), 100)) }, noon, "root.crt holds no CERTIFICATE in PEM", "then banyan trust"},
		{"the key is empty", func(t *testing.T, at string) { must(t, os.Truncate(filepath.Join(at, keyFile), 0)) }, noon, "holds no PRIVATE KEY", "then banyan trust"},
		{"the root is another's", func(t *testing.T, at string) {
			text, _ := os.ReadFile(other.RootPath)
			must(t, os.WriteFile(filepath.Join(at, rootFile), text, 0o600))
		}, noon, "issuer.crt is not signed by root.crt", "then banyan trust"},
		{"it expired", func(*testing.T, string) {}, noon.Add(6 * 365 * 24 * time.Hour), "it expired on 2032-02-28", "then banyan trust"},
		{"the clock is years back", func(*testing.T, string) {}, noon.AddDate(-3, 0, 0), "the clock says 2024-03-01", "set the clock"},
	} {
		folder := t.TempDir()
		obtain(t, folder)
		c.spoil(t, authorityIn(folder))
		_, err := Obtain(folder, c.now)
		var d diag.Diagnostic
		if !errors.As(err, &d) || d.Code != diag.AuthorityUnusable || !strings.Contains(d.Message, c.says) || !strings.Contains(d.Hint, c.advice) {
			t.Errorf("%s: %v (%s)", c.about, err, d.Hint)
		}
	}
}

func TestTheRootAloneOutlivesTheRest(t *testing.T) {
	folder := t.TempDir()
	if _, err := Root(folder); !errors.Is(err, ErrNone) {
		t.Errorf("without any: %v", err)
	}
	a := obtain(t, folder)
	must(t, os.Remove(filepath.Join(authorityIn(folder), keyFile)))
	root, err := Root(folder)
	if err != nil || root.Fingerprint() != a.Fingerprint() || root.ID() != a.Fingerprint()[:16] {
		t.Errorf("the root is %v, %v", root, err)
	}
	must(t, os.Remove(a.RootPath))
	if _, err := Root(folder); err == nil {
		t.Error("a root that is gone was found")
	}
}

func TestAFolderThatCannotBeWrittenIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := Obtain(filepath.Join(file, "banyan"), noon); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("below a file it was made: %v", err)
	}
}

func TestFolder(t *testing.T) {
	for _, c := range []struct {
		about, system string
		environ       []string
		want          string
	}{
		{"Linux keeps data below .local/share", "linux", []string{"HOME=/home/ada"}, "/home/ada/.local/share/banyan"},
		{"XDG moves it", "linux", []string{"HOME=/home/ada", "XDG_DATA_HOME=/data"}, "/data/banyan"},
		{"a relative XDG folder is none", "linux", []string{"HOME=/home/ada", "XDG_DATA_HOME=data"}, "/home/ada/.local/share/banyan"},
		{"macOS has its own", "darwin", []string{"HOME=/Users/ada"}, "/Users/ada/Library/Application Support/banyan"},
		{"what is set last counts", "linux", []string{"HOME=/a", "HOME=/b"}, "/b/.local/share/banyan"},
		{"Windows keeps what does not roam", "windows", []string{"LocalAppData=/users/ada/AppData/Local"}, "/users/ada/AppData/Local/banyan"},
		{"or finds it in the profile", "windows", []string{"USERPROFILE=/users/ada"}, "/users/ada/AppData/Local/banyan"},
		{"without HOME there is none", "linux", nil, ""},
		{"nor without a profile", "windows", nil, ""},
	} {
		got, err := folderOn(c.system, c.environ)
		if filepath.ToSlash(got) != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", c.about, got, err)
		}
	}
	if got, err := Folder([]string{"HOME=" + t.TempDir(), "USERPROFILE=" + t.TempDir()}); err != nil || !filepath.IsAbs(got) {
		t.Errorf("here it is %q, %v", got, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
