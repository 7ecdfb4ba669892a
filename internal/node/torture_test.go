//go:build torture

package node

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

// Whatever is killed, in whatever order, requests are answered again, services outlive the control process, and nothing is
// left at the end. The seed is printed, so that a run can be repeated.
func TestWhateverIsKilledRequestsAreAnsweredAgain(t *testing.T) {
	const rounds, longEnough = 60, 1500 * time.Millisecond
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	s := up(t, strings.Replace(pair, "    env: {WORD: one}", "    env: {WORD: one}\n    replicas: 3", 1))
	s.allRun()
	words := [2]string{"WORD: one", "WORD: two"}
	for round := range rounds {
		s.until("nothing is being replaced", func(all map[string]api.Service) bool {
			return still(all["front"]) && still(all["back"]) && s.word() == words[0][len("WORD: "):]
		})
		before := s.processes()
		killed := ""
		switch chance.IntN(3) {
		case 0:
			app := s.app()
			// One that ends again and again right after its start is broken, and the keeper gives up.
			<-time.After(time.Until(app.Attached.Add(longEnough)))
			s.until("what was killed is back", func(all map[string]api.Service) bool { return still(all["front"]) && still(all["back"]) })
			before = s.processes()
			kill(t, app.PID)
			s.answers(app.Gateway)
			for id, pid := range s.processes() {
				if before[id] != pid && pid != 0 {
					t.Fatalf("round %d: %s was restarted with the control process: %d, then %d", round, id, before[id], pid)
				}
			}
		case 1:
			for id, pid := range before {
				if pid > 0 {
					killed = id
					kill(t, pid)
					break
				}
			}
		case 2:
			s.edit(words[0], words[1])
			words[0], words[1] = words[1], words[0]
		}
		s.answers(s.app().Gateway)
		if killed != "" {
			s.until(killed+" is back", func(all map[string]api.Service) bool {
				return still(all["front"]) && still(all["back"]) && s.processes()[killed] != before[killed]
			})
		}
	}
	s.allRun()
	if err := s.client.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-s.keeper.Done()
	if left := marked(t, s.run); len(left) > 0 {
		t.Fatalf("%v live on", left)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := signalTo(pid, syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

func (s *stage) word() string {
	var seen seenBy
	_, body := s.send("GET", "/back/", nil)
	if json.Unmarshal(body, &seen) != nil {
		return ""
	}
	return seen.Word
}
