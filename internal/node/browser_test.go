//go:build browser

package node

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/identity/trust"
)

// A browser is what the names are for: it opens them without a warning once its store has the root, and warns before and after.
func TestABrowserAcceptsTheNamesOnceItTrustsTheRoot(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	address := freeAddress(t)
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	s.until("services have names", func(all map[string]api.Service) bool { return all["back"].HTTPS != "" })
	_, port, _ := net.SplitHostPort(address)
	gateway, straight := s.app().HTTPS+"/hello", "https://back.shop.localhost:"+port+"/hello"

	environ := append(os.Environ(), "HOME="+home)
	machine := trust.Real(environ)
	if machine.Find("certutil") == "" {
		t.Fatal("this test needs certutil of NSS: scripts/packages.sh")
	}
	database := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(database, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Run(t.Context(), "certutil", "-N", "-d", "sql:"+database, "--empty-password"); err != nil {
		t.Fatal(err)
	}
	folder, err := identity.Folder(os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	authority, err := identity.Open(folder, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	root := trust.Root{Certificate: authority.Root, Path: authority.RootPath, ID: authority.ID()}
	stores, _ := trust.Stores(machine, trust.Browsers)
	if len(stores) != 1 {
		t.Fatalf("the browser has %d stores", len(stores))
	}

	if shown := open(t, environ, gateway); strings.Contains(shown, `"Service"`) {
		t.Fatalf("a browser that does not trust the root shows\n%s", shown)
	}
	if p := trust.Adding(t.Context(), stores, root)[0].Do(t.Context(), machine, root, trust.Trusted); p.Err != nil {
		t.Fatal(p.Err)
	}
	for url, service := range map[string]string{gateway: "front", straight: "back"} {
		if shown := open(t, environ, url); !strings.Contains(shown, `"Service":"`+service+`"`) {
			t.Errorf("%s shows\n%s", url, shown)
		}
	}
	if p := trust.Removing(t.Context(), stores, root)[0].Do(t.Context(), machine, root, trust.Absent); p.Err != nil {
		t.Fatal(p.Err)
	}
	if shown := open(t, environ, gateway); strings.Contains(shown, `"Service"`) {
		t.Errorf("after it was taken out the browser shows\n%s", shown)
	}
}

// open is what a fresh headless Chromium makes of a page. A warning is a page too, without what the service wrote.
func open(t *testing.T, environ []string, url string) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		command := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--no-proxy-server", "--user-data-dir="+t.TempDir(), "--dump-dom", url)
		command.Env = environ
		out, err := command.Output()
		if err != nil {
			t.Fatalf("driving chromium: %v", err)
		}
		return string(out)
	}
	t.Fatal("this test drives chromium: scripts/packages.sh")
	return ""
}
