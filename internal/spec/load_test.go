package spec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheGraphHoldsWhatTheFileSays(t *testing.T) {
	loaded, found := Load(Options{File: filepath.Join("testdata", "good", "shop.yaml")})
	if len(found) > 0 {
		t.Fatal(found)
	}
	app := loaded.App
	orders, _ := app.Service("orders")
	payments, _ := orders.Call("payments")
	inventory, _ := orders.Call("inventory")
	ledger, _ := app.Service("ledger")
	grpc, _ := app.Service("inventory")
	post, _ := app.ExternalService("post")
	if orders.CallsAt.Line == 0 || orders.CallsListed || !ledger.CallsAt.IsZero() {
		t.Errorf("calls stand at %v (listed: %v) and %v", orders.CallsAt, orders.CallsListed, ledger.CallsAt)
	}
	rows := []struct {
		sentence  string
		got, want any
	}{
		{"services are sorted by name", app.Services[0].Name, "catalog"},
		{"calls are sorted by callee", orders.Calls[0].To, "bank"},
		{"a noun carries its place", orders.At.String(), "shop.yaml:28:3"},
		{"a call carries the place of its name", payments.At.String(), "shop.yaml:35:7"},
		{"a call given by its name alone has the defaults", orders.Calls[1].Timeout, graph.DefaultCallTimeout},
		{"the long form has what is written", payments.Timeout, 2 * time.Second},
		{"retry counts the first try", payments.Retry.Attempts, 3},
		{"causes are words, numbers too", strings.Join(payments.Retry.On, " "), "connect 503"},
		{"what is allowed is a method and a path", fmt.Sprintf("%s %s", inventory.Allow[1].Method, inventory.Allow[1].Path), "* /reservations/**"},
		{"a rule carries its place", inventory.Allow[1].At.String(), "shop.yaml:36:41"},
		{"a folder is absolute", orders.Dir, app.Root},
		{"a number is a word of a command", orders.Run.Argv[2], "8080"},
		{"variables keep the order of the file", orders.Env[1], graph.Variable{Name: "RETRIES", Value: "3", At: diag.Position{File: "shop.yaml", Line: 31, Column: 26}}},
		{"health of gRPC may name a service", grpc.Health.Service, "shop.Inventory"},
		{"health of gRPC is asked by gRPC", grpc.Health.Kind, graph.ByGRPC},
		{"grace may be nothing", ledger.Grace, time.Duration(0)},
		{"a route has the gateway's timeout", app.Edge.Routes[0].Timeout, 20 * time.Second},
		{"a route's own timeout wins", app.Edge.Routes[1].Timeout, 5 * time.Second},
		{"a route without a name has its path's", app.Edge.Routes[1].Name, "/api/v1/orders/{id}"},
		{"two of one path are told apart by their methods", app.Edge.Routes[2].Name, "POST /api/v1/orders/**"},
		{"weights are shares", app.Edge.Routes[1].Targets[0].Weight, 90},
		{"one name has the whole", app.Edge.Routes[0].Targets[0], graph.Target{To: "catalog", Weight: 1, At: diag.Position{File: "shop.yaml", Line: 10, Column: 57}}},
		{"endpoints are as they are written", strings.Join(post.Endpoints, " "), "10.0.0.5:9000 [::1]:9001"},
		{"watch has its patterns", strings.Join(app.Services[6].Watch.Paths, " "), "**/*.go"},
	}
	for _, row := range rows {
		if row.got != row.want {
			t.Errorf("%s: got %v, want %v", row.sentence, row.got, row.want)
		}
	}
}

// numbered are n keys of a map in flow form.
func numbered(name string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d: 1, ", name, i)
	}
	return b.String()
}

func TestFilesThatCannotBeRead(t *testing.T) {
	const head = "banyan: 1\napp: shop\n"
	rows := []struct {
		sentence string
		make     func(folder string) string
		code     diag.Code
		message  string
	}{
		{"no file", func(f string) string { return filepath.Join(f, fileName) }, diag.FileUnreadable, "banyan.yaml cannot be read: no such file or directory"},
		{"a folder", func(f string) string { return f }, diag.FileUnreadable, "cannot be read: it is not a file"},
		{"one over the bound of size", func(f string) string {
			return write(t, filepath.Join(f, fileName), head+strings.Repeat("# a comment that is long\n", maxFile/24))
		}, diag.TooLarge, "banyan.yaml cannot be read: it is larger than 1 MiB"},
		{"one of a million brackets", func(f string) string {
			return write(t, filepath.Join(f, fileName), head+"services: "+strings.Repeat("[", 500_000))
		}, diag.TooLarge, "the file has more values than an application can need"},
		{"a map that merges more keys than a map may have", func(f string) string {
			text := head
			for i := range 6 {
				text += fmt.Sprintf("m%d: &m%d {%s}\n", i, i, numbered(fmt.Sprintf("k%d-", i), 3900))
			}
			return write(t, filepath.Join(f, fileName), text+"all: {<<: [*m0, *m1, *m2, *m3, *m4, *m5]}\n")
		}, diag.TooLarge, "a map has more than 5000 keys"},
		{"many maps, each of which merges nearly as much as is allowed", func(f string) string {
			text := head + "m: &m {" + numbered("k", 4000) + "}\n"
			for i := range 4000 { // what is read after the bound would take minutes
				text += fmt.Sprintf("y%d: {<<: [*m, *m, *m, *m, *m]}\n", i)
			}
			return write(t, filepath.Join(f, fileName), text)
		}, diag.TooLarge, "the file has more than 50000 values when its aliases are written out"},
		{"includes without end", func(f string) string {
			for i := range maxFiles + 10 {
				write(t, filepath.Join(f, fmt.Sprintf("%d.yaml", i)), fmt.Sprintf("include: %d.yaml\n", i+1))
			}
			return write(t, filepath.Join(f, fileName), head+"include: 0.yaml\n")
		}, diag.TooLarge, "the application has more than 200 files"},
		{"files that are many values together", func(f string) string {
			names := []string{}
			for i := range 8 {
				name := fmt.Sprintf("%d.yaml", i)
				write(t, filepath.Join(f, name), "services:\n  s: {run: ["+strings.Repeat("v,", 9000)+"]}\n")
				names = append(names, name)
			}
			return write(t, filepath.Join(f, fileName), head+"include: ["+strings.Join(names, ", ")+"]\n")
		}, diag.TooLarge, "the files together hold more than 50000 values"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			_, found := Load(Options{File: row.make(t.TempDir())})
			at := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Code == row.code && strings.Contains(d.Message, row.message) })
			if at < 0 {
				t.Fatalf("found %v, want %s %s", found, row.code, row.message)
			}
		})
	}
}

func TestAnIncludeThatMayNotBeReadIsRefusedAtItsLine(t *testing.T) {
	folder := t.TempDir()
	secret := write(t, filepath.Join(folder, "secret.yaml"), "services: {}\n")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(secret); err == nil {
		_ = f.Close()
		t.Skip("this user may read every file")
	}
	_, found := Load(Options{File: write(t, filepath.Join(folder, fileName), "banyan: 1\napp: shop\ninclude: secret.yaml\n")})
	if len(found) != 1 || found[0].Code != diag.FileUnreadable || found[0].At.String() != "banyan.yaml:3:10" {
		t.Fatalf("found %v", found)
	}
}

func TestFilesAreAllThatAChangeMayComeFrom(t *testing.T) {
	folder := t.TempDir()
	main := write(t, filepath.Join(folder, fileName), "banyan: 1\napp: shop\ninclude: [a.yaml, gone.yaml]\n")
	write(t, filepath.Join(folder, "a.yaml"), "services: {}\n")
	loaded, found := Load(Options{File: main})
	if !found.Failed() || loaded == nil {
		t.Fatalf("loaded %v, found %v", loaded, found)
	}
	var names []string
	for _, path := range loaded.Files {
		if !filepath.IsAbs(path) {
			t.Errorf("%s is not absolute", path)
		}
		names = append(names, filepath.Base(path))
	}
	// What is missing is watched too: the file that makes the application whole may come.
	if got := strings.Join(names, " "); got != ".env .env.local a.yaml banyan.local.yaml banyan.yaml gone.yaml" {
		t.Fatalf("files %s", got)
	}
}

func TestFind(t *testing.T) {
	folder := t.TempDir()
	deep := filepath.Join(folder, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	var d diag.Diagnostic
	if _, err := Find(deep); !errors.As(err, &d) || d.Code != diag.NoFile || d.Hint == "" {
		t.Fatalf("found nothing with %v", err)
	}
	path := write(t, filepath.Join(folder, "a", fileName), "")
	if got, err := Find(deep); err != nil || got != path {
		t.Fatalf("found %s, %v", got, err)
	}
	write(t, filepath.Join(folder, "banyan.yml"), "")
	if _, err := Find(folder); !errors.As(err, &d) || !strings.Contains(d.Hint, "rename banyan.yml") {
		t.Fatalf("a near name gives %v", err)
	}
}

func TestNothingIsEvaluatedTwice(t *testing.T) {
	loaded, found := Load(Options{
		File: write(t, filepath.Join(t.TempDir(), fileName), "banyan: 1\napp: shop\nservices:\n  a:\n    run: [./a]\n    env: {X: \"${env.X}\"}\n"+
			"    watch: {paths: \"${[app, '$' + '{app}']}\"}\n"),
		Environ: []string{"X=${env.SECRET}", "SECRET=s"},
	})
	if len(found) > 0 {
		t.Fatal(found)
	}
	service := loaded.App.Services[0]
	if got := service.Env[0].Value; got != "${env.SECRET}" {
		t.Fatalf("a value from outside was read as an expression: %q", got)
	}
	if got := strings.Join(service.Watch.Paths, " "); got != "shop ${app}" {
		t.Fatalf("what an expression gave was read as one: %q", got)
	}
}

func BenchmarkLoadWithExpressions(b *testing.B) {
	for b.Loop() {
		loaded, found := Load(Options{File: filepath.Join("testdata", "good", "expressions.yaml"), Environ: []string{"DB=a", "TRICK=b"}})
		if len(found) > 0 || loaded == nil {
			b.Fatal(found)
		}
	}
}

func BenchmarkLoadElevenServices(b *testing.B) {
	var text strings.Builder
	text.WriteString("banyan: 1\napp: shop\ngateway:\n  routes:\n")
	for i := range 11 {
		fmt.Fprintf(&text, "    - {path: /s%d/**, to: s%d, strip: /s%d}\n", i, i, i)
	}
	text.WriteString("services:\n")
	for i := range 11 {
		fmt.Fprintf(&text, "  s%d:\n    owner: team\n    build: go build -o bin/s%d ./s%d\n    run: bin/s%d\n    health: /healthz\n    calls: [s%d]\n", i, i, i, i, (i+1)%11)
	}
	path := filepath.Join(b.TempDir(), fileName)
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, found := Load(Options{File: path}); len(found) > 0 {
			b.Fatal(found)
		}
	}
}

// Python's packages often lie in a folder .env: nobody named it, so it is no file that is missing.
func TestAFolderInThePlaceOfAFileOfVariables(t *testing.T) {
	for _, row := range []struct {
		sentence, files string
		wrong           bool
	}{
		{"one that is only looked for counts as none", "", false},
		{"one that is named is refused", "envFiles: [.env]\n", true},
	} {
		root := t.TempDir()
		write(t, filepath.Join(root, ".env", "pyvenv.cfg"), "")
		file := write(t, filepath.Join(root, "banyan.yaml"), "banyan: 1\napp: shop\n"+row.files+"services: {orders: {run: ./orders}}\n")
		if _, found := Load(Options{File: file}); found.Failed() != row.wrong {
			t.Errorf("%s: %v", row.sentence, found)
		}
	}
}
