package cli

import (
	"testing"

	"github.com/banyan-run/banyan/internal/api"
)

func TestScalingHasAnEnd(t *testing.T) {
	rows := []struct {
		sentence string
		count    int
		service  api.Service
		want     bool
	}{
		{"of none nothing can become ready", 0, api.Service{Phase: api.Stopped}, true},
		{"what still ends is not yet none", 0, api.Service{Phase: api.Stopping}, false},
		{"as many as were wanted are ready", 2, api.Service{Phase: api.Running, Desired: 2, Ready: 2}, true},
		{"one of two is missing", 2, api.Service{Phase: api.Running, Desired: 2, Ready: 1}, false},
		{"what was wanted before does not count", 2, api.Service{Phase: api.Running, Desired: 1, Ready: 1}, false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			row.service.Name = "orders"
			if got := (scaling{[]string{"orders"}, map[string]int{"orders": row.count}}).kept(row.service); got != row.want {
				t.Fatalf("as wanted: %v", got)
			}
		})
	}
}
