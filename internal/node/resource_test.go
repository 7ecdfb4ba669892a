package node

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/project"
)

type noJournal struct{}

func (noJournal) Record(journal.Entry) {}

func TestAResourceHasItsPortInEveryRunWhereThatIsPossible(t *testing.T) {
	at := project.Place{Root: t.TempDir()}
	if _, _, err := openState(at); err != nil {
		t.Fatal(err)
	}
	kv := &graph.Resource{Name: "kv"}
	open := func(resumed bool) *places {
		p := &ports{place: at, journal: noJournal{}}
		p.kept = project.OpenPorts(at, p.note)
		return openPlaces(p, resumed)
	}
	first, err := open(false).Take(kv)
	if err != nil {
		t.Fatal(err)
	}
	if again := open(false).Port(kv); again != first {
		t.Errorf("in the next run it has %d after %d", again, first)
	}
	other, err := net.Listen("tcp4", (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: first}).String())
	if err != nil {
		t.Skipf("somebody else got the port meanwhile: %v", err)
	}
	defer other.Close()
	if within := open(true).Port(kv); within != first {
		t.Errorf("the next control process of a run gives it %d after %d", within, first)
	}
	fixed := &graph.Resource{Name: "kv", Port: first}
	var d diag.Diagnostic
	if _, err := open(false).Take(fixed); !errors.As(err, &d) || d.Code != diag.PortTaken || !strings.Contains(d.Message, "is taken") {
		t.Errorf("of a port that is taken it is said %v", err)
	}
	if next := open(false).Port(kv); next == first {
		t.Errorf("it is given a port that is taken")
	}
}
