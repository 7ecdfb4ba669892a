//go:build linux || darwin

package keeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary plays every process of these tests: its first argument names the role.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if role, is := strings.CutPrefix(os.Args[1], "role:"); is {
			play(role, os.Args[2:])
		}
	}
	goleak.VerifyTestMain(m)
}

func play(role string, args []string) {
	var err error
	switch role {
	case "keeper":
		err = Run(context.Background(), Options{Dir: args[0], Run: args[1], Control: append([]string{os.Args[0]}, args[2:]...)})
	case "control":
		err = playControl(args[0])
	case "broken":
		os.Exit(3)
	case "daemon":
		err = playDaemon()
	case "flood":
		err = playFlood(args[0], args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// playDaemon leaves its group, session and parent, as daemon(3) does, and tells the pid of what goes on.
func playDaemon() error {
	escaped := exec.Command("sleep", "300")
	escaped.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := escaped.Start(); err != nil {
		return err
	}
	fmt.Println("daemon", escaped.Process.Pid)
	select {}
}

// playFlood writes size bytes and a last line, and then makes the file over.
func playFlood(size, over string) error {
	n, err := strconv.Atoi(size)
	if err != nil {
		return err
	}
	line := strings.Repeat("x", 1023) + "\n"
	for range n / len(line) {
		if _, err := os.Stdout.WriteString(line); err != nil {
			return err
		}
	}
	fmt.Println("end of the flood")
	if err := os.WriteFile(over, nil, 0o600); err != nil {
		return err
	}
	select {}
}

// desk is a control process that does what a test asks over HTTP, on a socket that the keeper holds.
type desk struct {
	client *Client
	mu     struct {
		sync.Mutex
		quiet  bool // output is neither taken nor acknowledged
		output map[string]string
		lost   map[string]int64
		events []Event
	}
}

type deskAnswer struct {
	PID      int
	Error    string
	Errno    int
	Kind     string
	Child    Child
	Children []Child
	Exit     Exit
	Output   string
	Lost     int64
	Events   []Event
	Address  string
}

func playControl(dir string) error {
	client, err := Attach(context.Background())
	if err != nil {
		return err
	}
	d := &desk{client: client}
	d.mu.output, d.mu.lost = map[string]string{}, map[string]int64{}
	_, statErr := os.Stat(filepath.Join(dir, "quiet"))
	d.mu.quiet = statErr == nil
	if !d.mu.quiet {
		go d.gather()
	}
	go d.watch()
	go d.end(dir)
	l, err := client.Listen("desk", "unix", filepath.Join(dir, "desk.sock"))
	if err != nil {
		return err
	}
	return http.Serve(l, d)
}

func (d *desk) gather() {
	for o := range d.client.Output() {
		d.mu.Lock()
		d.mu.output[o.Key] += string(o.Data)
		d.mu.lost[o.Key] += o.Lost
		d.mu.Unlock()
		_ = d.client.Ack(o.Seq)
	}
}

func (d *desk) watch() {
	for e := range d.client.Events() {
		d.mu.Lock()
		d.mu.events = append(d.mu.events, e)
		d.mu.Unlock()
	}
}

// end does what every control process must: end in order when asked, sweep when the keeper is gone.
func (d *desk) end(dir string) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	select {
	case <-asked:
		_ = d.client.Shutdown(context.Background())
	case <-d.client.Done():
		_, _ = Sweep(dir, d.client.Run())
	}
	os.Exit(0)
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := deskAnswer{PID: os.Getpid()}
	key := r.URL.Query().Get("key")
	err := d.act(r, key, &a)
	if err != nil {
		a.Error = err.Error()
		if f := newFault(err); f != nil {
			a.Errno, a.Kind = f.Errno, f.Kind
		}
	}
	_ = json.NewEncoder(w).Encode(a)
	if r.URL.Path == "/shutdown" {
		go os.Exit(0)
	}
}

func (d *desk) act(r *http.Request, key string, a *deskAnswer) (err error) {
	switch r.URL.Path {
	case "/start":
		var s Spec
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			return err
		}
		a.Child, err = d.client.Start(s)
	case "/stop":
		grace, parseErr := time.ParseDuration(r.URL.Query().Get("grace"))
		if parseErr != nil {
			return parseErr
		}
		a.Exit, err = d.client.Stop(r.Context(), key, grace)
	case "/signal":
		err = d.client.Signal(key, r.URL.Query().Get("signal"))
	case "/forget":
		err = d.client.Forget(key)
	case "/listen":
		a.Address, err = d.listen(key, r.URL.Query().Get("address"))
	case "/unlisten":
		err = d.client.Unlisten(key)
	case "/shutdown":
		err = d.client.Shutdown(r.Context())
	case "/state":
		d.mu.Lock()
		a.Children, a.Output, a.Lost, a.Events = d.client.Children(), d.mu.output[key], d.mu.lost[key], d.mu.events
		d.mu.Unlock()
	default:
		err = errors.New("unknown path")
	}
	return err
}

// listen answers each connection with the pid of this process.
func (d *desk) listen(key, address string) (string, error) {
	l, err := d.client.Listen(key, "tcp", address)
	if err != nil {
		return "", err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, strconv.Itoa(os.Getpid()))
			_ = c.Close()
		}
	}()
	return d.client.Listeners()[key], nil
}
