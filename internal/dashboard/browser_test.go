//go:build browser

package dashboard_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

// go test -tags browser ./internal/dashboard -screens DIR writes a picture of each view there.
var screens = flag.String("screens", "", "folder for pictures of the views")

func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test drives chromium: install it from your system's packages")
	return ""
}

// drive runs chromium until the page has settled for a few seconds of its own time, and returns what it printed.
func drive(t *testing.T, url string, more ...string) string {
	t.Helper()
	arguments := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--hide-scrollbars", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=5000",
	}, more...)
	out, err := exec.CommandContext(t.Context(), browser(t), append(arguments, url)...).Output()
	if err != nil {
		t.Fatalf("driving chromium: %v", err)
	}
	return string(out)
}

// serve mounts the page as node does: Host and Origin are checked before everything.
func serve(t *testing.T, w *world) string {
	t.Helper()
	server := httptest.NewServer(api.Local(handlerOf(w)))
	t.Cleanup(server.Close)
	return server.URL
}

func TestTheShellTakesTheToken(t *testing.T) {
	url := serve(t, healthy(time.Now()))
	for _, c := range []struct {
		about, address string
		want, never    []string
	}{
		{"with the token the view is there, and the rail marks it", url + "/#token=" + token,
			[]string{"All right: 10 services", `<a href="/" data-key-name="o" title="g o" aria-current="page">`, "<title>Overview · shop</title>"}, []string{"skeleton", token}},
		{"an inner address opens its own view", url + "/service/orders#token=" + token, []string{"could not reserve stock", "<title>orders · shop</title>"}, []string{"skeleton"}},
		{"without a token it says where to get it", url + "/", []string{"This page needs the token of the running application", "banyan dashboard"}, []string{"All right", "skeleton"}},
		{"with that of another run it says so", url + "/#token=wrong", []string{"not that of the application that runs now"}, []string{"All right"}},
	} {
		got := drive(t, c.address, "--dump-dom")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the page has no %q:\n%s", c.about, want, got)
			}
		}
		for _, never := range c.never {
			if strings.Contains(got, never) {
				t.Errorf("%s: the page has %q:\n%s", c.about, never, got)
			}
		}
	}
}

// The page asks again by itself: the world changes between two answers, and nodes that stay keep what was done to them.
func TestThePageFollowsWhatChanges(t *testing.T) {
	now := time.Now()
	good, bad := handlerOf(healthy(now)), handlerOf(failing(now))
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/view/" {
			asked++ // the page asks one question at a time
		}
		if asked < 2 {
			good.ServeHTTP(w, r)
			return
		}
		bad.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	got := drive(t, server.URL+"/#token="+token, "--dump-dom")
	if !strings.Contains(got, "Not all right: 2 of 11 services not ready") || strings.Contains(got, "All right") {
		t.Errorf("after %d questions the page says:\n%s", asked, got)
	}
	if rows := len(regexp.MustCompile(`data-key="catalog"`).FindAllString(got, -1)); rows != 1 {
		t.Errorf("catalog has %d rows after a refresh", rows)
	}
}

func TestThePageSaysThatTheApplicationIsGone(t *testing.T) {
	h := handlerOf(healthy(time.Now()))
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/view/" {
			if asked++; asked > 1 {
				panic(http.ErrAbortHandler) // the connection ends without an answer
			}
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	got := drive(t, server.URL+"/#token="+token, "--dump-dom")
	for _, want := range []string{"The application is gone", "banyan up", "What stands below was true at", "All right: 10 services", `class="stale"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q:\n%s", want, got)
		}
	}
}

func TestNothingTheServicesWriteRuns(t *testing.T) {
	w := healthy(time.Now())
	for i := range w.lines {
		w.lines[i].Text = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	}
	if got := drive(t, serve(t, w)+"/logs#token="+token, "--dump-dom"); strings.Contains(got, "<title>owned") || !strings.Contains(got, "&lt;img") {
		t.Errorf("a line ran:\n%s", got)
	}
}

func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("-screens names no folder")
	}
	now := time.Now()
	urls := map[string]string{"healthy": serve(t, healthy(now)), "failing": serve(t, failing(now)), "empty": serve(t, &world{app: api.App{Name: "shop", Phase: api.Running}})}
	for _, c := range []struct{ name, world, path string }{
		{"overview", "healthy", "/"}, {"failing", "failing", "/"}, {"empty", "empty", "/"}, {"services", "healthy", "/services"}, {"service", "healthy", "/service/orders"},
		{"service-failing", "failing", "/service/payments"}, {"traces", "healthy", "/traces"}, {"trace", "healthy", "/trace/" + goodTrace}, {"logs", "healthy", "/logs"},
		{"journal", "healthy", "/journal"}, {"missing", "healthy", "/trace/ffff"}, {"no-token", "healthy", "/"},
	} {
		address := urls[c.world] + c.path + "#token=" + token
		if c.name == "no-token" {
			address = urls[c.world]
		}
		for suffix, flags := range map[string][]string{
			"": {"--window-size=1280,900"}, "-narrow": {"--window-size=390,844"}, "-dark": {"--window-size=1280,900", "--blink-settings=preferredColorScheme=0"},
		} {
			drive(t, address, append(flags, "--screenshot="+filepath.Join(*screens, c.name+suffix+".png"))...)
		}
	}
}
