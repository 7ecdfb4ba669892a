package starter

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/spec"
)

// TestEachTemplatePassesItsOwnTests runs the tests of each template as its user would, where the language is installed.
func TestEachTemplatePassesItsOwnTests(t *testing.T) {
	for _, template := range Templates() {
		t.Run(template.Name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(template.Tool); err != nil {
				if os.Getenv("BANYAN_REQUIRE_SERVICES") == "1" {
					t.Fatalf("%s is not installed", template.Tool)
				}
				t.Skipf("%s is not installed: the template's tests were not run", template.Tool)
			}
			folder := t.TempDir()
			files, err := Service(template, Names{App: "shop", Service: "stock-room"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Write(folder, files); err != nil {
				t.Fatal(err)
			}
			// Nothing may be downloaded, and what this test was started with must not steer that one.
			environ := append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off", "NODE_OPTIONS=", "NODE_TEST_CONTEXT=")
			command := exec.CommandContext(t.Context(), template.Test[0], template.Test[1:]...)
			command.Dir, command.Env = filepath.Join(folder, "stock-room"), environ
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", template.Test, err, out)
			}
		})
	}
}

func TestWhatIsMadeIsValid(t *testing.T) {
	for _, template := range Templates() {
		folder := t.TempDir()
		files, err := App(template, Names{App: "shop", Service: "api"}, spec.Schema())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Write(folder, files); err != nil {
			t.Fatal(err)
		}
		loaded, wrong := spec.Load(spec.Options{File: filepath.Join(folder, "banyan.yaml")})
		if len(wrong) > 0 || len(loaded.App.Warnings) > 0 {
			t.Errorf("%s: %v", template.Name, wrong)
		}
	}
}

func TestNoPlaceholderIsLeft(t *testing.T) {
	for _, template := range Templates() {
		files, err := App(template, Names{App: "shop", Service: "api"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, placeholder := range []string{"{{name}}", "{{app}}", "{{service}}", suffix} {
				if bytes.Contains(f.Text, []byte(placeholder)) || strings.Contains(f.Path, placeholder) {
					t.Errorf("%s of %s holds %s", f.Path, template.Name, placeholder)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ text, near string }{
		{"shop", "shop"}, {"My Shop_2", "my-shop-2"}, {"2shop-", "shop"}, {"été", "t"}, {"gateway", ""}, {"---", ""},
	} {
		if got := Nearest(c.text); got != c.near {
			t.Errorf("the name nearest to %q is %q, not %q", c.text, got, c.near)
		}
	}
}
