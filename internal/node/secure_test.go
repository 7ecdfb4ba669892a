package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/identity"
)

const secureApp = `banyan: 1
app: shop
gateway:
  listen: LISTEN
  https: SECURE
  routes: [{path: "/**", to: front}]
services:
  front: {run: SELF, health: /healthz}
  back: {run: SELF, health: /healthz, calls: [front]}
`

// browser trusts the user's root alone, and finds every name of this machine at one address.
func browser(t *testing.T, address string) *http.Client {
	t.Helper()
	folder, err := identity.Folder(os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	a, err := identity.Open(folder, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.Root)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func look(t *testing.T, client *http.Client, url string) (int, seenBy, string) {
	t.Helper()
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var seen seenBy
	_ = json.Unmarshal(body, &seen) // what is no such answer has no service
	return answer.StatusCode, seen, answer.Proto
}

func TestTheApplicationAnswersUnderTLSByName(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	address := freeAddress(t)
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	_, port, _ := net.SplitHostPort(address)
	if got, want := s.app().HTTPS, "https://shop.localhost:"+port; got != want {
		t.Fatalf("the application says %q, not %q", got, want)
	}
	var straight string
	s.until("services have names", func(all map[string]api.Service) bool { straight = all["back"].HTTPS; return straight != "" })
	client := browser(t, address)
	for _, c := range []struct{ about, url, service, caller string }{
		{"the gateway", s.app().HTTPS, "front", "gateway"},
		{"the gateway by localhost", "https://localhost:" + port, "front", "gateway"},
		{"the gateway by its address", "https://127.0.0.1:" + port, "front", "gateway"},
		{"a service straight, though no route leads to it", straight, "back", "operator"},
	} {
		status, seen, protocol := look(t, client, c.url+"/hello")
		if status != 200 || seen.Service != c.service || protocol != "HTTP/2.0" || seen.Header.Get("X-Banyan-Caller") != c.caller || seen.Header.Get("X-Forwarded-Proto") != "https" {
			t.Errorf("%s: %d %s %+v", c.about, status, protocol, seen)
		}
	}
	if seen := (seenBy{}); s.get("/hello", &seen) != 200 || seen.Header.Get("X-Forwarded-Proto") != "http" {
		t.Errorf("HTTP does not go on beside it: %+v", seen)
	}
	if _, err := client.Get("https://pay.shop.localhost:" + port); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Errorf("a name of nobody: %v", err)
	}

	// A reload gives a service a name, and takes the door away; no connection is in the way.
	s.edit("  back:", "  side: {run: SELF, health: /healthz}\n  back:")
	s.until("the new service runs", func(all map[string]api.Service) bool { return all["side"].Ready == 1 })
	if status, seen, _ := look(t, client, strings.Replace(straight, "back", "side", 1)+"/hello"); status != 200 || seen.Service != "side" {
		t.Errorf("the new service's name: %d %+v", status, seen)
	}
	s.edit("  https: "+address+"\n", "")
	s.until("the door is closed", func(map[string]api.Service) bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil && s.app().HTTPS == ""
	})
}

func TestAnHTTPSPortThatIsTakenIsToldAndUsedOnceItIsFree(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	holder, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	address := holder.Addr().String()
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	app := s.app()
	if app.HTTPS != "" || app.Gateway == "" || len(app.Problems) != 1 || app.Problems[0].Code != "BYN-2002" ||
		!strings.Contains(app.Problems[0].Text, "the gateway's HTTPS cannot listen on "+address) || !strings.Contains(app.Problems[0].Where, "banyan.yaml:5") {
		t.Fatalf("it is told as %+v", app)
	}
	_ = holder.Close()
	s.until("it listens", func(map[string]api.Service) bool { return s.app().HTTPS != "" })
	if status, seen, _ := look(t, browser(t, address), s.app().HTTPS+"/hello"); status != 200 || seen.Service != "front" {
		t.Errorf("%d %+v", status, seen)
	}
}

func TestAnAuthorityThatOthersCouldReadOpensNoDoorUntilItIsMended(t *testing.T) {
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	if _, err := identity.Obtain(filepath.Join(data, "banyan"), time.Now()); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(data, "banyan", "authority", "issuer.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	if app := s.app(); app.HTTPS != "" || len(app.Problems) != 1 || app.Problems[0].Code != "BYN-4020" || !strings.Contains(app.Problems[0].Likely, "chmod 600") {
		t.Fatalf("it is told as %+v", app)
	}
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	s.until("it listens", func(map[string]api.Service) bool { return s.app().HTTPS != "" })
}

// The sockets are the keeper's: who connects while there is no control process waits, and is answered by the next.
func TestHTTPSOutlivesTheControlProcess(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	address := freeAddress(t)
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	before, client := s.app(), browser(t, address)
	if err := signalTo(before.PID, os.Kill); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	if status, seen, _ := look(t, client, before.HTTPS+"/hello"); status != 200 || seen.Service != "front" {
		t.Errorf("%d %+v", status, seen)
	}
}

// A service finds no way around what it declares: the name under TLS is for people.
func TestAServiceMayNotUseTheNameOfAnother(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell who connects")
	}
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	address := freeAddress(t)
	s := up(t, strings.ReplaceAll(secureApp, "SECURE", address))
	s.allRun()
	status, body := s.send("GET", "/straight/"+address+"/back.shop.localhost", nil)
	if status != 200 || !strings.Contains(string(body), "403") || !strings.Contains(string(body), "BYN-3003") {
		t.Errorf("%d %s", status, body)
	}
}
