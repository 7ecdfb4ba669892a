package node

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/redact"
)

// under runs do while requests go to path, and returns what went wrong with them.
func (s *stage) under(path string, do func()) []string {
	s.t.Helper()
	stop, done := make(chan struct{}), make(chan []string, 1)
	url := s.app().Gateway + path
	count := 0
	go func() {
		n, wrong := load(url, stop)
		count = n
		done <- wrong
	}()
	do()
	close(stop)
	wrong := <-done
	if count == 0 {
		s.t.Fatal("no request was sent meanwhile")
	}
	return wrong
}

func TestSourcesThatChangeAreBuiltAndReplacedUnderLoad(t *testing.T) {
	s := up(t, strings.Replace(pair, "    env: {WORD: one}", "    dir: .\n    build: sh -c \"cp word.txt word.built\"\n    watch: {paths: [word.txt]}\n    replicas: 2", 1),
		beside{"word.txt", "one"}, beside{".gitignore", "word.built\n"})
	s.allRun()
	before := s.processes()
	wrong := s.under("/front/call/back/hello", func() {
		if err := os.WriteFile(filepath.Join(s.root, "word.txt"), []byte("two"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.until("every instance of back is another one", func(all map[string]api.Service) bool {
			if all["back"].Phase != api.Running || len(all["back"].Instances) != 2 {
				return false
			}
			for _, i := range all["back"].Instances {
				for _, pid := range before {
					if i.PID == pid {
						return false
					}
				}
			}
			return true
		})
	})
	if len(wrong) > 0 {
		t.Fatalf("%d requests failed: %v", len(wrong), wrong[0])
	}
	if built, err := os.ReadFile(filepath.Join(s.root, "word.built")); err != nil || string(built) != "two" {
		t.Fatalf("%s, %v", built, err)
	}
}

func TestServicesAndCallsComeAndGoUnderLoad(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	wrong := s.under("/front/call/back/hello", func() {
		s.edit("calls: [back]", "calls: [back, third]")
		s.edit("  back:\n", "  third: {run: SELF, health: /healthz}\n  back:\n")
		s.until("third runs and front calls it", func(all map[string]api.Service) bool {
			return all["third"].Phase == api.Running && still(all["front"]) && s.get("/front/call/third/x", nil) == http.StatusOK
		})
		s.edit("calls: [back, third]", "calls: [back]")
		s.edit("  third: {run: "+os.Args[0]+" "+asService+", health: /healthz}\n", "")
		s.until("third is gone", func(all map[string]api.Service) bool {
			_, there := all["third"]
			return !there && still(all["front"])
		})
	})
	if len(wrong) > 0 {
		t.Fatalf("%d requests failed: %v", len(wrong), wrong[0])
	}
}

func TestTheGatewayMovesAndOpenExchangesEndWhereTheyBegan(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	old := s.app().Gateway
	slow := make(chan int, 1)
	go func() {
		answer, err := http.Get(old + "/back/wait/500ms")
		if err != nil {
			slow <- 0
			return
		}
		_ = answer.Body.Close()
		slow <- answer.StatusCode
	}()
	next := freeAddress(t)
	s.edit("listen: "+strings.TrimPrefix(old, "http://"), "listen: "+next)
	s.until("the gateway listens elsewhere", func(map[string]api.Service) bool { return s.app().Gateway == "http://"+next })
	s.answers("http://" + next)
	if status := <-slow; status != http.StatusOK {
		t.Fatalf("the open exchange ended with %d", status)
	}
}

func TestACallerThatIsRemovedFinishesWhatItHas(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	late := make(chan string, 1)
	gateway := s.app().Gateway
	begun := make(chan struct{})
	go func() {
		request, _ := http.NewRequest(http.MethodGet, gateway+"/front/call/back/hello", nil)
		request.Header.Set("X-Wait", "1s")
		close(begun)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			late <- err.Error()
			return
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		late <- answer.Status + " " + string(body)
	}()
	<-begun
	s.until("the request is with front", func(map[string]api.Service) bool { return true })
	<-time.After(200 * time.Millisecond)
	text, err := os.ReadFile(filepath.Join(s.root, "banyan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "  front:\n")
	_, back, _ := strings.Cut(rest, "  back:\n")
	s.write(strings.Replace(head, "    - {path: /front/**, to: front, strip: /front}\n", "", 1) + "  back:\n" + back)
	s.until("front is gone", func(all map[string]api.Service) bool { _, there := all["front"]; return !there })
	if got := <-late; !strings.HasPrefix(got, "200") {
		t.Fatalf("the open request ended with %s", got)
	}
}

func TestAGatewaysNewAddressThatIsTakenCostsNoRequest(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := up(t, pair)
	s.allRun()
	old := s.app().Gateway
	s.edit("listen: "+strings.TrimPrefix(old, "http://"), "listen: "+taken.Addr().String())
	s.until("it is told that the port is taken", func(map[string]api.Service) bool { return len(s.app().Problems) == 1 })
	s.answers(old)
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	next := "http://" + taken.Addr().String()
	s.until("the gateway has moved", func(map[string]api.Service) bool { return s.app().Gateway == next })
	s.answers(next)
	s.edit("listen: "+taken.Addr().String(), "listen: "+strings.TrimPrefix(old, "http://"))
	s.until("it is back", func(map[string]api.Service) bool { return s.app().Gateway == old })
	s.answers(old)
}

// The address of before and the new one exclude each other, and both are the gateway's own.
func TestTheGatewayOpensToEveryAddressOfItsPort(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	old := s.app().Gateway
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(old, "http://"))
	s.edit("listen: 127.0.0.1:"+port, "listen: 0.0.0.0:"+port)
	s.until("the gateway listens everywhere", func(map[string]api.Service) bool { return s.app().Gateway == "http://0.0.0.0:"+port })
	s.answers(old)
}

func TestASecretIsMaskedWhileWhatHasItMayRun(t *testing.T) {
	s := up(t, strings.Replace(pair, "WORD: one", "API_TOKEN: hunter-one", 1))
	s.allRun()
	s.edit("hunter-one", "hunter-two")
	s.until("the new value is applied", func(all map[string]api.Service) bool {
		return address(t, s, "back", "API_TOKEN") == redact.Mask && strings.HasPrefix(all["back"].Release, "2-") && still(all["back"])
	})
	s.get("/front/say/hunter-one", nil)
	s.get("/front/say/hunter-two", nil)
	var said []string
	s.until("both are said", func(map[string]api.Service) bool {
		said = nil
		lines, err := s.client.Lines(t.Context(), api.LineQuery{Services: []string{"front"}})
		for _, l := range lines {
			said = append(said, l.Text)
		}
		return err == nil && len(lines) >= 3
	})
	if text := strings.Join(said, "\n"); strings.Contains(text, "hunter") {
		t.Fatalf("a secret is not masked:\n%s", text)
	}
}

func TestACallIsAddedWhileItsCallerRolls(t *testing.T) {
	s := up(t, strings.Replace(pair, "run: SELF\n    health: /healthz\n    calls", "run: SELF late=400ms\n    health: /healthz\n    env: {WORD: one}\n    calls", 1))
	s.allRun()
	wrong := s.under("/front/call/back/hello", func() {
		s.edit("{WORD: one}", "{WORD: two}")
		s.until("front rolls", func(all map[string]api.Service) bool { return len(all["front"].Instances) == 2 })
		s.edit("  back:\n", "  third: {run: SELF, health: /healthz}\n  back:\n")
		s.edit("calls: [back]", "calls: [back, third]")
		s.until("front calls third", func(all map[string]api.Service) bool {
			return still(all["front"]) && s.get("/front/call/third/x", nil) == http.StatusOK
		})
	})
	if len(wrong) > 0 {
		t.Fatalf("%d requests failed: %v", len(wrong), wrong[0])
	}
}
