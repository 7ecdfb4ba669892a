package project

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// user is a user whose runtime folder nobody else has.
func user(t *testing.T) {
	t.Helper()
	folder, err := os.MkdirTemp("", "u")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	t.Setenv("XDG_RUNTIME_DIR", folder)
}

// begun is a copy that was started at some time.
func begun(t *testing.T, name string) Place {
	t.Helper()
	at := Place{t.TempDir(), name}
	if err := os.MkdirAll(at.Run(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Register(Entry{at, filepath.Join(at.Root, "banyan.yaml"), "shop"}); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestASocketPathThatIsTooLongGoesElsewhere(t *testing.T) {
	socket := func(root string) string { return Place{Root: root}.Socket() }
	short, long := socket("/srv/shop"), socket("/srv/"+strings.Repeat("deep/", 40))
	if !strings.HasPrefix(short, "/srv/shop/") || len(long) > longest || long == socket("/srv/"+strings.Repeat("deep/", 41)) {
		t.Fatalf("%s and %s", short, long)
	}
	if other := (Place{"/srv/" + strings.Repeat("deep/", 40), "review"}).Socket(); other == long {
		t.Fatal("two copies have one socket")
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"review": true, "a": true, "a-2": true, strings.Repeat("a", 40): true,
		"": false, "2a": false, "a-": false, "A": false, "a/b": false, "..": false, "a b": false, strings.Repeat("a", 41): false,
	} {
		if Named(name) != good {
			t.Errorf("%q can be a name: %v", name, !good)
		}
	}
}

func TestCopiesAreKnownUntilTheirStateIsGone(t *testing.T) {
	user(t)
	one, two := begun(t, ""), begun(t, "review")
	if all := Known(); len(all) != 2 || all[0].App != "shop" {
		t.Fatalf("%+v", all)
	}
	if err := os.WriteFile(filepath.Join(directory(), "broken.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(two.State()); err != nil {
		t.Fatal(err)
	}
	if all := Known(); len(all) != 1 || all[0].Place != one {
		t.Fatalf("%+v", all)
	}
	if _, err := os.Stat(two.Listed()); err == nil {
		t.Fatal("it is listed still")
	}
}

func TestBeside(t *testing.T) {
	at := begun(t, "")
	review := Place{at.Root, "review"}
	if err := os.MkdirAll(review.State(), 0o700); err != nil {
		t.Fatal(err)
	}
	if all := at.Beside(); len(all) != 1 || all[0] != review {
		t.Errorf("beside the application: %v", all)
	}
	if all := review.Beside(); len(all) != 1 || all[0] != at {
		t.Errorf("beside the copy: %v", all)
	}
}

// take is Take that works.
func take(t *testing.T, p *Ports, key string, anew bool) int {
	t.Helper()
	port, err := p.Take(key, anew)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// listen has a port until the test ends.
func listen(t *testing.T, port int) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

func TestPortsAreKept(t *testing.T) {
	user(t)
	at := begun(t, "")
	port := take(t, OpenPorts(at, nil), "orders.1", false)
	if again := take(t, OpenPorts(at, nil), "orders.1", false); again != port {
		t.Errorf("in the next run it is %d, and was %d", again, port)
	}
	if other := take(t, OpenPorts(at, nil), "orders.2", false); other == port {
		t.Error("two instances have one port")
	}
	if err := os.Remove(filepath.Join(at.State(), ledgerName)); err != nil {
		t.Fatal(err)
	}
	if again := take(t, OpenPorts(at, nil), "orders.1", false); again != port {
		t.Errorf("where the ledger was lost it is %d, and was %d", again, port)
	}
}

func TestATakenPortGivesWay(t *testing.T) {
	user(t)
	at := begun(t, "")
	port := take(t, OpenPorts(at, nil), "api", false)
	listen(t, port)
	var told []int
	moved := func(_ string, from, to int) { told = append(told, from, to) }
	other := take(t, OpenPorts(at, moved), "api", false)
	if other == port || len(told) != 2 || told[0] != port || told[1] != other {
		t.Fatalf("%d after %d, told %v", other, port, told)
	}
	if again := take(t, OpenPorts(at, moved), "api", false); again != other || len(told) != 2 {
		t.Fatalf("%d after %d, told %v", again, other, told)
	}
	if anew := take(t, OpenPorts(at, moved), "api", true); anew == other || len(told) != 2 {
		t.Fatalf("anew it is %d, told %v", anew, told)
	}
}

// Two copies never have one port, whether they run or not, and whoever chooses first.
func TestCopiesNeverShareAPort(t *testing.T) {
	user(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	given := map[int]int{}
	for i := range 4 {
		p := OpenPorts(begun(t, "copy-"+strconv.Itoa(i)), nil)
		all.Go(func() {
			for n := range 25 {
				port, err := p.Take("orders."+strconv.Itoa(n), false)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				given[port]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for port, times := range given {
		if times != 1 {
			t.Errorf("port %d was given %d times", port, times)
		}
	}
}

func TestAPortThatTwoLedgersHoldIsUsedByOne(t *testing.T) {
	user(t)
	one, two := begun(t, ""), begun(t, "")
	port := take(t, OpenPorts(one, nil), "a.1", false)
	ledger := []byte(`{"version":1,"ports":{"b.1":` + strconv.Itoa(port) + `}}`) // as after a restart of the machine, when nobody knew the other
	if err := os.WriteFile(filepath.Join(two.State(), ledgerName), ledger, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := take(t, OpenPorts(two, nil), "b.1", false); got == port {
		t.Fatal("both have it")
	}
}

func TestClaim(t *testing.T) {
	user(t)
	one, two := OpenPorts(begun(t, ""), nil), OpenPorts(begun(t, ""), nil)
	port := take(t, one, "a.1", false)
	if two.Claim("api", port) || !one.Claim("api", port) || one.Kept("api") != port {
		t.Error("a port that another copy keeps can be claimed, or one's own cannot")
	}
	listen(t, port)
	if one.Claim("api", port) {
		t.Error("a port on which somebody listens can be claimed")
	}
}

func TestTheLedgerIsBounded(t *testing.T) {
	user(t)
	at := begun(t, "")
	p := OpenPorts(at, nil)
	for i := range mostKept {
		p.mu.kept["gone."+strconv.Itoa(i)] = 1 + i
	}
	port := take(t, p, "orders.1", false)
	if l := readLedger(at); len(l) != 1 || l["orders.1"] != port {
		t.Fatalf("%d are kept", len(l))
	}
}

func TestALedgerThatCannotBeReadIsAsNothing(t *testing.T) {
	user(t)
	for _, text := range []string{"", "{", `{"ports":null}`, `{"version":1,"ports":{"a.1":-4,"b.1":70000}}`} {
		at := begun(t, "")
		if err := os.WriteFile(filepath.Join(at.State(), ledgerName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if port := take(t, OpenPorts(at, nil), "a.1", false); port < firstPort || port >= firstPort+portCount {
			t.Errorf("%q gives port %d", text, port)
		}
	}
}
