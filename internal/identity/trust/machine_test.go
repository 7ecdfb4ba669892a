package trust

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tree is every path below a folder with what is in it.
func tree(folder string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		var all strings.Builder
		err := filepath.Walk(folder, func(path string, is os.FileInfo, err error) error {
			text := ""
			switch {
			case err != nil:
				return err
			case is.Mode()&os.ModeSymlink != 0:
				text, _ = os.Readlink(path)
			case is.Mode().IsRegular():
				content, _ := os.ReadFile(path)
				text = fmt.Sprintf("%x", sha256.Sum256(content))
			}
			fmt.Fprintln(&all, path, is.Mode(), text)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all.String()
	}
}

// debian is the system's own program over folders of the test.
func debian(t *testing.T) subject {
	m := Machine{System: "linux", Superuser: true, Find: find, Run: run, Prefix: t.TempDir()}
	program := find("update-ca-certificates")
	if program == "" || find("openssl") == "" {
		t.Skip("update-ca-certificates is not installed: scripts/packages.sh")
	}
	at := func(path string) string { return filepath.Join(m.Prefix, path) }
	standing := newRoot(t) // one that the system came with
	text, _ := os.ReadFile(standing.Path)
	put(t, at("usr/share/ca-certificates/standing.crt"), string(text))
	put(t, at("etc/ca-certificates.conf"), "standing.crt\n")
	put(t, at("etc/update.d/none"), "")
	put(t, at("usr/local/share/ca-certificates/company.crt"), string(text))
	put(t, at("etc/ssl/certs/ca-certificates.crt"), "")
	l := layouts[3]
	l.update = []string{
		program, "--certsconf", at("etc/ca-certificates.conf"), "--certsdir", at("usr/share/ca-certificates"),
		"--localcertsdir", at("usr/local/share/ca-certificates"), "--etccertsdir", at("etc/ssl/certs"), "--hooksdir", at("etc/update.d"),
	}
	if _, err := run(t.Context(), l.update...); err != nil {
		t.Fatal(err)
	}
	return system(m, l)
}

// system is a store of Linux over folders of the test.
func system(m Machine, l layout) subject {
	s := folderStore{l, m.Prefix}
	return subject{
		machine: m, store: s, content: tree(m.Prefix),
		spoil: func(t *testing.T, r Root) {
			t.Helper()
			if err := os.Remove(s.file(r)); err != nil {
				t.Fatal(err)
			}
		},
		usurp: func(t *testing.T, r, other Root) {
			t.Helper()
			text, _ := os.ReadFile(other.Path)
			put(t, s.file(r), string(text))
			t.Cleanup(func() { _ = os.Remove(s.file(r)) })
		},
	}
}

// imitated is a distribution whose program is not here: what it does is to write all certificates of the folder into the bundle.
func imitated(which int) func(*testing.T) subject {
	return func(t *testing.T) subject {
		m, l := Machine{System: "linux", Superuser: true, Prefix: t.TempDir()}, layouts[which]
		folder, bundle := filepath.Join(m.Prefix, l.folder), filepath.Join(m.Prefix, l.bundle)
		put(t, bundle, "")
		put(t, filepath.Join(folder, "company.crt"), "not ours\n")
		m.Find = func(program string) string {
			if program == l.update[0] {
				return "/usr/bin/" + program
			}
			return ""
		}
		m.Run = func(ctx context.Context, argv ...string) ([]byte, error) {
			if argv[0] != "/usr/bin/"+l.update[0] {
				return run(ctx, argv...)
			}
			if want := slices.Concat(l.update, l.fresh)[1:]; !slices.Equal(argv[1:], l.update[1:]) && !slices.Equal(argv[1:], want) {
				return nil, fmt.Errorf("called with %q", argv)
			}
			var all []byte
			files, _ := filepath.Glob(filepath.Join(folder, "*"))
			for _, path := range files {
				text, err := os.ReadFile(path)
				if err != nil {
					return nil, err
				}
				all = append(all, text...)
			}
			return nil, os.WriteFile(bundle, all, 0o600)
		}
		if _, err := m.Run(t.Context(), slices.Concat([]string{"/usr/bin/" + l.update[0]}, l.update[1:])...); err != nil {
			t.Fatal(err)
		}
		stores, missing := Stores(m, System)
		if len(stores) != 1 || len(missing) > 0 {
			t.Fatalf("the machine has %v, and lacks %v", stores, missing)
		}
		return system(m, stores[0].(folderStore).layout)
	}
}

// nss is a real database, made by the tool that changes it.
func nss(t *testing.T) subject {
	if find("certutil") == "" || runtime.GOOS == "windows" {
		t.Skip("certutil of NSS is not installed: scripts/packages.sh")
	}
	m := Machine{System: "linux", Home: t.TempDir(), Find: find, Run: run}
	folder := filepath.Join(m.Home, ".pki", "nssdb")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t.Context(), "certutil", "-N", "-d", "sql:"+folder, "--empty-password"); err != nil {
		t.Fatal(err)
	}
	company := newRoot(t)
	if _, err := run(t.Context(), "certutil", "-A", "-d", "sql:"+folder, "-t", "C,,", "-n", "company", "-i", company.Path); err != nil {
		t.Fatal(err)
	}
	stores, missing := Stores(m, Browsers)
	if len(stores) != 1 || len(missing) > 0 || stores[0].Name() != "Chromium, Chrome, Edge: ~/.pki/nssdb" {
		t.Fatalf("the machine has %v, and lacks %v", stores, missing)
	}
	do := func(t *testing.T, argv ...string) {
		t.Helper()
		if _, err := run(t.Context(), append([]string{"certutil", "-d", "sql:" + folder}, argv...)...); err != nil {
			t.Fatal(err)
		}
	}
	return subject{
		machine: m, store: stores[0],
		content: func(t *testing.T) string {
			t.Helper()
			list, err := run(t.Context(), "certutil", "-L", "-d", "sql:"+folder)
			if err != nil {
				t.Fatal(err)
			}
			return string(list)
		},
		spoil: func(t *testing.T, r Root) { t.Helper(); do(t, "-M", "-n", r.label(), "-t", ",,") },
		usurp: func(t *testing.T, r, other Root) {
			t.Helper()
			do(t, "-A", "-t", "C,,", "-n", r.label(), "-i", other.Path)
			t.Cleanup(func() { _, _ = run(context.Background(), "certutil", "-d", "sql:"+folder, "-D", "-n", r.label()) })
		},
	}
}

// vault imitates a system's program over certificates in memory.
type vault struct {
	held    map[string][]byte // DER by name
	trusted map[string]bool
}

func (v *vault) content(*testing.T) string { return fmt.Sprint(v.held, v.trusted) }

var errNotFound = errors.New("The specified item could not be found")

func derOf(path string) []byte {
	text, _ := os.ReadFile(path)
	b, _ := pem.Decode(text)
	return b.Bytes
}

// mac is what security(1) does with the words that are used of it.
func mac(t *testing.T) subject {
	v := &vault{held: map[string][]byte{"company": derOf(newRoot(t).Path)}, trusted: map[string]bool{}}
	name := func(der []byte) string { return fmt.Sprintf("%X", sha256.Sum256(der)) }
	chain := "/Users/ada/Library/Keychains/login.keychain-db"
	m := Machine{System: "darwin", Home: "/Users/ada", Find: func(string) string { return "" }}
	m.Run = func(_ context.Context, argv ...string) ([]byte, error) {
		last := argv[len(argv)-1]
		switch words := strings.Join(argv, " "); {
		case words == "security find-certificate -a -p "+chain:
			var all []byte
			for _, der := range v.held {
				all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
			}
			return all, nil
		case strings.HasPrefix(words, "security verify-cert -q -p ssl -c "):
			if !v.trusted[name(derOf(last))] {
				return nil, errNotFound
			}
		case strings.HasPrefix(words, "security add-trusted-cert -r trustRoot -p ssl -k "+chain+" "):
			der := derOf(last)
			v.held[name(der)], v.trusted[name(der)] = der, true
		case strings.HasPrefix(words, "security remove-trusted-cert "):
			if !v.trusted[name(derOf(last))] {
				return nil, errNotFound
			}
			delete(v.trusted, name(derOf(last)))
		case strings.HasPrefix(words, "security delete-certificate -Z ") && last == chain:
			if v.held[argv[3]] == nil {
				return nil, errNotFound
			}
			delete(v.held, argv[3])
		default:
			return nil, fmt.Errorf("security does not know %q", words)
		}
		return nil, nil
	}
	stores, _ := Stores(m, System)
	return subject{
		machine: m, store: stores[0], content: v.content,
		spoil: func(_ *testing.T, r Root) { delete(v.trusted, name(r.Certificate.Raw)) },
	}
}

// windows is what certutil.exe does with the words that are used of it.
func windows(*testing.T) subject {
	v := &vault{held: map[string][]byte{"4a4f": {1}}}
	m := Machine{System: "windows", Find: func(string) string { return "" }}
	m.Run = func(_ context.Context, argv ...string) ([]byte, error) {
		last := argv[len(argv)-1]
		switch words := strings.Join(argv, " "); {
		case words == "certutil -user -store Root":
			var all strings.Builder
			for serial := range v.held {
				fmt.Fprintf(&all, "================ Certificate 0 ================\r\nSerial Number: %s\r\n", serial)
			}
			return []byte(all.String()), nil
		case strings.HasPrefix(words, "certutil -user -addstore Root "):
			v.held[serialIn(last)] = derOf(last)
		case strings.HasPrefix(words, "certutil -user -delstore Root "):
			if v.held[last] == nil {
				return nil, errNotFound
			}
			delete(v.held, last)
		default:
			return nil, fmt.Errorf("certutil does not know %q", words)
		}
		return nil, nil
	}
	stores, _ := Stores(m, System)
	return subject{machine: m, store: stores[0], content: v.content}
}
