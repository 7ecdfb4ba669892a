package cli

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

func TestHowATaskStandsInAWord(t *testing.T) {
	ran := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		says string
		task api.Task
		want string
	}{
		{"somebody runs it", api.Task{Running: "banyan run (process 7)", Last: ran, Code: 3}, "running"},
		{"it was interrupted, or could not be started at all", api.Task{Last: ran, Code: -1, Once: true}, "unfinished"},
		{"it failed", api.Task{Last: ran, Code: 3, Once: true}, "failed, code 3"},
		{"it need not be run", api.Task{Last: ran, Once: true, Current: true}, "up to date"},
		{"it never was", api.Task{Once: true}, "due"},
		{"it is no task for once", api.Task{Last: ran}, "run each time"},
	} {
		if got := standing(row.task).Text; got != row.want {
			t.Errorf("%s: it is %q, want %q", row.says, got, row.want)
		}
	}
}

func TestAResourceWithoutAPortIsAtNoPlace(t *testing.T) {
	kv := api.Service{Name: "kv", Resource: true, Callers: []string{"orders"}, Instances: []api.Instance{{ID: "kv.1"}}}
	if got := found(kv).Text; got != "a resource of orders" {
		t.Errorf("while its port is taken it is %q", got)
	}
	kv.Instances[0].Address = "127.0.0.1:6379"
	if got := found(kv).Text; got != "a resource of orders at 127.0.0.1:6379" {
		t.Errorf("it is %q", got)
	}
}
