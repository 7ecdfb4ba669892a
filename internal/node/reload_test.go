package node

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
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
