package node

import (
	"github.com/banyan-run/banyan/internal/telemetry/red"
)

// families are the platform's own metrics.
func (a *application) families() []red.Family {
	list, _ := a.services.Observe()
	ready := red.Family{Name: "banyan_instances_ready", Kind: "gauge", Help: "Instances that are ready, by service."}
	wanted := red.Family{Name: "banyan_instances_desired", Kind: "gauge", Help: "Instances that are wanted, by service."}
	restarts := red.Family{Name: "banyan_instance_restarts_total", Kind: "counter", Help: "Starts of an instance after it ended by itself."}
	for _, s := range list {
		labels := []string{"service", s.Name}
		ready.Samples = append(ready.Samples, red.Sample{Labels: labels, Value: float64(s.Ready)})
		wanted.Samples = append(wanted.Samples, red.Sample{Labels: labels, Value: float64(s.Desired)})
		for _, i := range s.Instances {
			restarts.Samples = append(restarts.Samples, red.Sample{Labels: []string{"service", s.Name, "instance", i.ID}, Value: float64(i.Restarts)})
		}
	}
	losses := a.sight.recorder.Losses()
	lost := red.Family{Name: "banyan_telemetry_lost_total", Kind: "counter", Help: "Records that were not kept, by kind.", Samples: []red.Sample{
		{Labels: []string{"kind", "exchange"}, Value: float64(losses.Exchanges)},
		{Labels: []string{"kind", "line"}, Value: float64(losses.Lines)},
		{Labels: []string{"kind", "unwritten"}, Value: float64(losses.Unwritten)},
	}}
	return append([]red.Family{ready, wanted, restarts, lost}, a.expenses()...)
}
