package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/mesh"
	"github.com/banyan-run/banyan/internal/spec"
)

// whole is an application that has a path wherever one can stand; quotes are YAML's single ones, which have one escape.
func whole(path string) string {
	quoted := strings.ReplaceAll(path, "'", "''")
	return fmt.Sprintf(`banyan: 1
app: shop
gateway:
  routes:
    - {path: '/a%[1]s', to: orders}
    - {path: '/b%[1]s/**', to: orders, strip: '/b%[1]s'}
    - {path: '/c/**', to: orders, rewrite: '/c%[1]s/**'}
services:
  orders: {run: ./orders, calls: {mail: {allow: ['GET /d%[1]s']}, bank: }}
  mail: {run: ./mail}
external:
  bank: {url: 'http://bank.example/e%[1]s'}
`, quoted)
}

// compiled is what the request path finds wrong with a file that spec lets pass.
func compiled(t testing.TB, text string) (passes bool, found diag.List) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "banyan.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, wrong := spec.Load(spec.Options{File: path})
	if len(wrong) > 0 {
		return false, nil
	}
	_, edge := gateway.Compile(loaded.App)
	_, inner := mesh.Compile(loaded.App)
	return true, append(edge, inner...)
}

func TestWhatPassesIsTakenByTheRequestPath(t *testing.T) {
	parts := []string{"", "/", "//", "/.", "/..", "/..;a=1", "/.well-known", "/x;a=1", "/*", "/{id}", "/**", `/\`, `/\\\\`, "/é", "/ ", "/a:b@c"}
	for c := range 256 {
		parts = append(parts, fmt.Sprintf("/x%%%02X", c), fmt.Sprintf("/x%%%02x", c))
	}
	for c := byte(' '); c < 0x7f; c++ {
		parts = append(parts, "/y"+string([]byte{c}))
	}
	taken := 0
	for _, part := range parts {
		passes, found := compiled(t, whole(part))
		if len(found) > 0 {
			t.Errorf("%q passes, and the request path refuses it: %v", part, found)
		}
		if passes {
			taken++
		}
	}
	if taken < 60 {
		t.Errorf("only %d of %d paths pass", taken, len(parts))
	}
}

func FuzzPathsThatPassAreTakenByTheRequestPath(f *testing.F) {
	for _, seed := range []string{"", "/", "/%41", "/%2F", `/\\`, "/..;x", "/{a}", "/*", "/**", "/%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, part string) {
		if len(part) > 100 || strings.ContainsAny(part, "\n\r") {
			t.Skip("a path of one line")
		}
		if _, found := compiled(t, whole(part)); len(found) > 0 {
			t.Fatalf("%q passes, and the request path refuses it: %v", part, found)
		}
	})
}
