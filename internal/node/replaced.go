package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/atomicfile"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/registry"
	"github.com/banyan-run/banyan/internal/supervise"
)

// replacedNote is who answers in the place of services in one run.
type replacedNote struct {
	Run      string                    `json:"run"`
	Replaced map[string]graph.Replaced `json:"replaced"`
}

const replacedName = "replaced.json"

// replaced is what was kept of the run; nil when nothing was, so that the options are read.
func (s state) replaced(run string) map[string]graph.Replaced {
	var note replacedNote
	text, err := os.ReadFile(filepath.Join(s.run(), replacedName))
	if err != nil || json.Unmarshal(text, &note) != nil || note.Run != run {
		return nil
	}
	return note.Replaced
}

func (s state) keepReplaced(run string, all map[string]graph.Replaced) error {
	text, err := json.Marshal(replacedNote{run, all})
	if err != nil {
		return fmt.Errorf("keeping who answers: %w", err)
	}
	return atomicfile.Replace(s.path(filepath.Join("run", replacedName)), text, 0o600)
}

// replacing attaches processes to services and gives services back.
type replacing struct{ *application }

// noticeWithin bounds the wait for the first probe of what was attached.
const noticeWithin = 2 * time.Second

// Attach implements api.Replacing.
func (r replacing) Attach(ctx context.Context, name string, wish api.Attachment) (api.Service, error) {
	header, value, _ := strings.Cut(wish.Header, ":")
	to := graph.Attached{Port: wish.Port, Header: strings.TrimSpace(header), Value: strings.TrimSpace(value)}
	if err := r.attachable(name, to); err != nil {
		return api.Service{}, err
	}
	err := r.change(ctx, name, journal.Attach, fmt.Sprintf("%s is attached to %s", name, to), func(now graph.Replaced) (graph.Replaced, error) {
		now.Attached = to
		return now, nil
	})
	if err != nil {
		return api.Service{}, err
	}
	r.noticed(ctx, name)
	return r.named(name), nil
}

// Detach implements api.Replacing. What an override named as the one who answers is given back to the service's own instances.
func (r replacing) Detach(ctx context.Context, name string) (api.Service, error) {
	err := r.change(ctx, name, journal.Detach, name+" is given back", func(now graph.Replaced) (graph.Replaced, error) {
		if now.Attached.Port == 0 {
			return now, problem.New(diag.NoSuchThing, "Nothing is attached to %s.", name)
		}
		now.Attached = graph.Attached{}
		if now.Override.By == graph.ByProcess {
			now.Override = graph.Override{}
		}
		return now, nil
	})
	return r.named(name), err
}

func (r replacing) named(name string) api.Service {
	for _, s := range r.Services() {
		if s.Name == name {
			return s
		}
	}
	return api.Service{}
}

// attachable refuses what could not work, before anything changes.
func (r replacing) attachable(name string, to graph.Attached) error {
	app := r.file.now.Load().app
	s, ours := app.Service(name)
	if _, external := app.ExternalService(name); !ours && !external {
		return noService(app, name)
	}
	if ours && s.Resource != nil {
		return problem.New(diag.BadArgument, "%s is a resource, and nobody answers requests in its place.", name)
	}
	if to.Port < 1 || to.Port > 65535 {
		return problem.New(diag.BadArgument, "%d is no port: there are 1 to 65535.", to.Port)
	}
	if key := r.listens(to.Port); key != "" {
		return problem.New(diag.BadArgument, "Port %d is Banyan's own (%s): requests would go round in a circle.", to.Port, key)
	}
	if id := r.runsAt(to.Port); id != "" {
		return problem.New(diag.BadArgument, "Port %d is that of %s, which Banyan runs.", to.Port, id)
	}
	switch lower := strings.ToLower(strings.ReplaceAll(to.Header, "_", "-")); {
	case to.Header == "" && to.Value == "":
	case !token(to.Header) || strings.ContainsFunc(to.Value, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return problem.New(diag.BadArgument, "%q is no header field; write it as X-Dev: me.", to.Header+": "+to.Value)
	case strings.HasPrefix(lower, "x-banyan-") || slices.Contains(ofConnections, lower):
		return problem.New(diag.BadArgument, "%s does not reach a service as it was sent; choose another field, such as X-Dev.", to.Header)
	case ours && s.Protocol == graph.TCP:
		return problem.New(diag.BadArgument, "%s speaks tcp, in which there is no header: attach it without one.", name)
	}
	return nil
}

// listens names what of Banyan's own listens at a port.
func (r replacing) listens(port int) string {
	for key, address := range r.link.Listeners() {
		if strings.HasSuffix(address, ":"+strconv.Itoa(port)) {
			return key
		}
	}
	return ""
}

// runsAt names the instance that has a port.
func (r replacing) runsAt(port int) string {
	list, _ := r.services.Observe()
	for _, s := range list {
		if at := slices.IndexFunc(s.Instances, func(i supervise.Status) bool { return i.Port == port && i.PID > 0 }); at >= 0 {
			return s.Instances[at].ID
		}
	}
	return ""
}

// ofConnections are fields that hops remove or write anew (RFC 9110 §7.6.1).
var ofConnections = []string{"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via"}

// change makes another version live in which one service is replaced otherwise, as a reload does: all of it, or nothing.
func (r replacing) change(ctx context.Context, name string, kind journal.Kind, text string, how func(graph.Replaced) (graph.Replaced, error)) error {
	leave, err := r.file.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if r.file.leaving != nil && r.file.leaving() {
		return reconcile.TooLate()
	}
	now := r.file.now.Load()
	if !slices.Contains(now.app.Callees(), name) {
		return noService(now.app, name)
	}
	one, err := how(now.app.Replaced(name))
	if err != nil {
		return err
	}
	all := maps.Clone(r.file.replaced.Load())
	if all == nil {
		all = map[string]graph.Replaced{}
	}
	if all[name] = one; !one.Is() {
		delete(all, name)
	}
	next, found := compile(now.app.With(all))
	if err := found.Err(); err != nil {
		return refusal(err)
	}
	// Kept before it is live: what was acknowledged outlives this process.
	if err := r.file.state.keepReplaced(r.link.Run(), all); err != nil {
		return problem.New(diag.StateUnusable, "The state folder cannot be written.").Because(err)
	}
	if err := r.file.swap(next, text); err != nil {
		// What was refused must not come with the next control process.
		return errors.Join(refusal(err), r.file.state.keepReplaced(r.link.Run(), r.file.replaced.Load()))
	}
	r.file.replaced.Store(all)
	r.file.now.Update(func(v version) version { v.app = next.app; return v })
	r.sight.journal.Record(journal.Entry{Kind: kind, Subject: name, Text: text, Why: "the operator asked"})
	if err := r.file.state.apply(next.app); err != nil {
		r.sight.journal.Record(journal.Entry{Kind: journal.Notice, Subject: name, Text: "the state folder cannot be written", Why: err.Error(), Code: diag.StateUnusable})
	}
	return nil
}

// noticed waits until the process that was attached has been probed once, so that the answer says how it is.
func (r replacing) noticed(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, noticeWithin)
	defer cancel()
	for {
		known := r.registry.Snapshot()
		i, there := known.Find(supervise.AttachedID(name))
		if !there || i.State == registry.Ready || !strings.HasPrefix(i.Reason, "waits for") {
			return
		}
		select {
		case <-r.registry.Changed(known.Version):
		case <-ctx.Done():
			return
		}
	}
}

// Export implements api.Replacing: the environment for a process that somebody starts beside Banyan. The mark of the run is not in it:
// what carries that is ended with the run.
func (r replacing) Export(_ context.Context, name string, wish api.Export) (api.Exported, error) {
	place, err := r.placeOf(name)
	if err != nil {
		return api.Exported{}, err
	}
	to, why := place.App.Replaced(name).Attached, "banyan env "+name+" --export"
	place.Instance = supervise.AttachedID(name)
	switch {
	case wish.Command:
		place.Instance, place.Port, why = name, 0, "banyan exec "+name
		if of := place.Service.Resource; of != nil {
			place.Port = r.places.Port(of) // it is a client of the resource, and finds it as the resource's own process is told
		}
	case wish.Port > 0:
		place.Port = wish.Port
	case to.Port > 0:
		place.Port = to.Port
	}
	answer := api.Exported{Dir: place.Service.Dir, Absent: r.chores.lacking(place.App, place.Service)}
	for _, v := range supervise.Environment(place) {
		switch {
		case v.Name == "BANYAN_RUN", wish.Command && v.Name == "BANYAN_INSTANCE", v.Source == supervise.FromOutside && !wish.All && !wish.Command:
			continue
		}
		answer.Variables = append(answer.Variables, api.Variable{Name: v.Name, Value: v.Value, Source: v.Source, Where: where(v.At)})
	}
	r.sight.journal.Record(journal.Entry{Kind: journal.Export, Subject: name, Text: "the environment of " + name + " was shown, secrets included", Why: why})
	return answer, nil
}

// withGuests is a service with those who answer in its place.
func withGuests(app *graph.App, known *registry.Snapshot, s api.Service) api.Service {
	by := app.Replaced(s.Name)
	if !by.Is() {
		return s
	}
	s.Replaced = &api.Replaced{Override: by.Override.String()}
	if by.Override.By != "" {
		instead(&s, known)
	}
	for _, i := range known.Service(graph.AttachedTo(s.Name)) {
		standBy(&s, i, by)
	}
	return s
}

// instead shows those who answer while nothing of the service is run.
func instead(s *api.Service, known *registry.Snapshot) {
	s.Replaced.Undo = "banyan down, then banyan up without --override " + s.Name + "=" + s.Replaced.Override
	s.Phase, s.Doing, s.Desired, s.Ready, s.Problem, s.Instances = api.Running, "", 1, 0, nil, nil
	for _, i := range known.Service(s.Name) {
		guest(s, i)
	}
}

// standBy shows the attached process. Where instances of the service are desired it is none of them.
func standBy(s *api.Service, i registry.Instance, by graph.Replaced) {
	s.Replaced.Port, s.Replaced.Header, s.Replaced.Undo = by.Attached.Port, by.Attached.Field(), "banyan detach "+s.Name
	s.Replaced.Reason = i.Reason
	before := s.Ready
	if guest(s, i); by.Override.By != graph.ByProcess {
		s.Ready = before
		return
	}
	if s.Ready == 0 {
		s.Phase, s.Doing = api.Starting, fmt.Sprintf("waits for the process at port %d: %s", by.Attached.Port, i.Reason)
	}
}

func guest(s *api.Service, i registry.Instance) {
	if i.State == registry.Ready {
		s.Ready++
	}
	s.Instances = append(s.Instances, api.Instance{ID: i.ID, State: string(i.State), Address: i.Address, Reason: i.Reason, CPU: -1, Memory: -1})
}

// attachedFirst is where connections of tcp go: to the attached process where it is there, and where nobody else is.
type attachedFirst struct{ plane *plane }

// Endpoints implements balance.Endpoints.
func (a attachedFirst) Endpoints(callee string) balance.Set {
	version := a.plane.now.Load()
	by := version.app.Replaced(callee)
	if by.Attached.Port == 0 {
		return a.plane.endpoints.Endpoints(callee)
	}
	theirs := a.plane.endpoints.Endpoints(graph.AttachedTo(callee))
	if len(theirs.Ready) > 0 || by.Override.By == graph.ByProcess {
		return theirs
	}
	return a.plane.endpoints.Endpoints(callee)
}
