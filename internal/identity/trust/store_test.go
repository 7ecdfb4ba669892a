package trust

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func serialIn(path string) string {
	c, err := x509.ParseCertificate(derOf(path))
	if err != nil {
		return ""
	}
	return c.SerialNumber.Text(16)
}

func TestStoresAreThoseThatTheMachineHas(t *testing.T) {
	none := func(string) string { return "" }
	only := func(names ...string) func(string) string {
		return func(program string) string {
			for _, n := range names {
				if n == program {
					return "/usr/bin/" + program
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		about   string
		system  string
		find    func(string) string
		folders []string
		stores  []string
		missing []string
	}{
		{"Debian with a browser that was started once", "linux", only("update-ca-certificates", "certutil"), []string{"/usr/local/share/ca-certificates", "~/.pki/nssdb"},
			[]string{"the system (curl, Go, Python and others): /usr/local/share/ca-certificates", "Chromium, Chrome, Edge: ~/.pki/nssdb"}, nil},
		{"each profile of Firefox is one", "linux", only("certutil", "trust"), []string{"/etc/ca-certificates/trust-source/anchors", "~/.mozilla/firefox/a.default", "~/.mozilla/firefox/b.work"},
			[]string{"the system (curl, Go, Python and others): /etc/ca-certificates/trust-source/anchors", "Firefox: ~/.mozilla/firefox/a.default", "Firefox: ~/.mozilla/firefox/b.work"}, nil},
		{"without certutil the database is named with what is to be installed", "linux", only("update-ca-trust", "dnf"), []string{"/etc/pki/ca-trust/source/anchors", "~/.pki/nssdb"},
			[]string{"the system (curl, Go, Python and others): /etc/pki/ca-trust/source/anchors"}, []string{"sudo dnf install nss-tools"}},
		{"where nothing can be installed that is known", "linux", only("update-ca-trust"), []string{"/etc/pki/ca-trust/source/anchors", "~/.pki/nssdb"},
			[]string{"the system (curl, Go, Python and others): /etc/pki/ca-trust/source/anchors"}, []string{"install the tools of NSS"}},
		{"a system without the program", "linux", none, []string{"/usr/local/share/ca-certificates"}, nil, []string{"sudo apt-get install ca-certificates"}},
		{"a system that nobody knows", "linux", none, nil, nil, []string{"your distribution's package"}},
		{"macOS has one, and Firefox its own", "darwin", only("brew"), []string{"~/Library/Application Support/Firefox/Profiles/x.default"},
			[]string{"the login keychain (Safari, Chrome, Edge and others)"}, []string{"brew install nss"}},
		{"Windows has one", "windows", none, nil, []string{"the user's root store of Windows (Edge, Chrome and others)"}, nil},
		{"another system has none", "plan9", none, nil, nil, nil},
	} {
		m := Machine{System: c.system, Home: t.TempDir(), Prefix: t.TempDir(), Find: c.find}
		for _, folder := range c.folders {
			if rest, home := strings.CutPrefix(folder, "~"); home {
				put(t, filepath.Join(m.Home, rest, "cert9.db"), "")
				continue
			}
			if err := os.MkdirAll(filepath.Join(m.Prefix, folder), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		stores, missing := Stores(m, System, Browsers)
		var names, fixes []string
		for _, s := range stores {
			names = append(names, s.Name())
		}
		for _, one := range missing {
			fixes = append(fixes, one.Fix)
		}
		if strings.Join(names, "\n") != strings.Join(c.stores, "\n") {
			t.Errorf("%s: the stores are %q", c.about, names)
		}
		if len(fixes) != len(c.missing) || len(fixes) > 0 && !strings.Contains(fixes[0], c.missing[0]) {
			t.Errorf("%s: missing is %q", c.about, fixes)
		}
	}
}

func TestCommandsAreWordsForAShell(t *testing.T) {
	for _, c := range []struct {
		argv []string
		root bool
		want string
	}{
		{[]string{"install", "-m", "644", "/a/root.crt"}, true, "sudo install -m 644 /a/root.crt"},
		{[]string{"rm", "-f", "/Library/Application Support/x"}, false, "rm -f '/Library/Application Support/x'"},
		{[]string{"echo", "it's", "", "$HOME"}, false, `echo 'it'\''s' '' '$HOME'`},
	} {
		if got := (Command{c.argv, c.root}).Text(Machine{}); got != c.want {
			t.Errorf("%q is written %s, not %s", c.argv, got, c.want)
		}
	}
}

func TestRealIsThisMachine(t *testing.T) {
	m := Real([]string{"HOME=/home/ada", "USERPROFILE=/home/ada"})
	if m.Home != "/home/ada" || m.Find("no-such-program") != "" {
		t.Errorf("%+v", m)
	}
	if _, err := m.Run(t.Context(), os.Args[0], "-no-such-flag"); err == nil || !strings.Contains(err.Error(), "exit status 2") {
		t.Errorf("a program that fails: %v", err)
	}
}
