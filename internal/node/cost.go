package node

import (
	"context"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/telemetry/red"
)

// costs measures Banyan's own two processes when somebody asks, at most once a second.
type costs struct {
	mu struct {
		sync.Mutex
		at   time.Time
		last []expense
	}
}

// expense is what one of them uses. The share is of one core since the sample before, -1 in the first one; goroutines are -1 when unknown.
type expense struct {
	name       string
	pid        int
	used       runner.Cost
	share      float64
	goroutines int
}

// of are the control process and the keeper, as far as the system tells.
func (c *costs) of(link *keeper.Client, now time.Time) []expense {
	c.mu.Lock()
	at, last := c.mu.at, c.mu.last
	c.mu.Unlock()
	if now.Sub(at) < freshFor {
		return last
	}
	next := []expense{{name: "control", pid: os.Getpid(), goroutines: runtime.NumGoroutine()}, {name: "keeper", pid: os.Getppid(), goroutines: goroutines(link)}}
	var measured []expense
	for _, e := range next {
		used, known := runner.CostOf(e.pid)
		if !known {
			continue
		}
		e.used, e.share = used, -1
		for _, before := range last {
			if before.pid == e.pid {
				e.share = max(0, float64(used.CPU-before.used.CPU)/float64(now.Sub(at)))
			}
		}
		measured = append(measured, e)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.at, c.mu.last = now, measured
	return measured
}

// goroutines are the keeper's; it answers at once, or is busy with more important things.
func goroutines(link *keeper.Client) int {
	const patience = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	n, err := link.Goroutines(ctx)
	if err != nil {
		return -1
	}
	return n
}

// cost is what Banyan itself uses, in the words of the API.
func (a *application) cost() []api.Process {
	return mapped(a.costs.of(a.link, time.Now()), func(e expense) api.Process {
		return api.Process{Name: e.name, PID: e.pid, CPU: e.share, Memory: e.memory(), Descriptors: e.used.Descriptors, Goroutines: e.goroutines}
	})
}

// memory is anonymous where the system tells it, like that of instances.
func (e expense) memory() int64 {
	if e.used.Anonymous == 0 && runtime.GOOS != "linux" {
		return -1
	}
	return e.used.Anonymous
}

// expenses are the cost as metrics, under the names that Prometheus' clients use; the label tells the two processes apart.
func (a *application) expenses() []red.Family {
	cpu := red.Family{Name: "process_cpu_seconds_total", Kind: "counter", Help: "CPU time of Banyan's own processes, in seconds."}
	resident := red.Family{Name: "process_resident_memory_bytes", Kind: "gauge", Help: "Resident memory of Banyan's own processes."}
	anonymous := red.Family{Name: "process_anonymous_memory_bytes", Kind: "gauge", Help: "Memory of Banyan's own processes that no file backs."}
	open := red.Family{Name: "process_open_fds", Kind: "gauge", Help: "Open descriptors of Banyan's own processes."}
	running := red.Family{Name: "go_goroutines", Kind: "gauge", Help: "Goroutines of Banyan's own processes."}
	for _, e := range a.costs.of(a.link, time.Now()) {
		put := func(f *red.Family, value float64) {
			if value >= 0 {
				f.Samples = append(f.Samples, red.Sample{Labels: []string{"process", e.name}, Value: value})
			}
		}
		put(&cpu, e.used.CPU.Seconds())
		put(&resident, float64(e.used.Resident))
		put(&anonymous, float64(e.memory()))
		put(&open, float64(e.used.Descriptors))
		put(&running, float64(e.goroutines))
	}
	return []red.Family{cpu, resident, anonymous, open, running}
}
