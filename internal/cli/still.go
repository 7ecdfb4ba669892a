package cli

import (
	"slices"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// still says how a service stays that a wish changes nothing about, for one and for several; the zero value is that of one it changes.
type still struct{ one, several string }

// split parts the named services into those that a wish changes, and lines about those that stay as they are.
func (w wish) split(services []api.Service, named []string) (changed, lines []string) {
	var how []still
	same := map[still][]string{}
	for _, name := range named {
		at := slices.IndexFunc(services, func(service api.Service) bool { return service.Name == name })
		if at < 0 || w.still == nil || w.still(services[at]) == (still{}) {
			changed = append(changed, name)
			continue
		}
		why := w.still(services[at])
		if same[why] == nil {
			how = append(how, why)
		}
		same[why] = append(same[why], name)
	}
	for _, why := range how {
		lines = append(lines, terminal.Several(same[why], 6)+" "+pick(len(same[why]) == 1, why.one, why.several))
	}
	return changed, lines
}

// runs is how start leaves what runs and has nothing to be tried again.
func runs(service api.Service) still {
	waits := slices.ContainsFunc(service.Instances, func(i api.Instance) bool { return i.State == "waiting" })
	switch {
	case service.Elsewhere():
		return still{"is not run here", "are not run here"}
	case service.Absent || service.Desired == 0 || service.Phase != api.Running || service.Problem != nil || waits:
		return still{}
	}
	return still{"runs already", "run already"}
}

// rests is how stop leaves what does not run.
func rests(service api.Service) still {
	switch {
	case service.Elsewhere():
		return still{"is not run here", "are not run here"}
	case service.Absent:
		return still{"is not in the set of this run", "are not in the set of this run"}
	case service.Phase == api.Stopped:
		return still{"is stopped already", "are stopped already"}
	}
	return still{}
}

// plainly is a verb with its objects; empty where there is none.
func plainly(verb string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return verb + " " + terminal.Several(names, 6)
}
