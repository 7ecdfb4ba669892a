package dashboard_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

const attack = "</span><script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover=\"alert(3) javascript:alert(4) \x1b[31mred\x1b]0;title\x07\x1b[2J\r\u202egnp\x00"

// A service writes whatever it likes, and a client of the gateway names whatever path it likes: no view may run it.
func TestWhatServicesWriteIsText(t *testing.T) {
	now := time.Now()
	w := failing(now)
	w.app.Name, w.app.Refused, w.app.Gateway, w.app.Environment = attack, attack, "javascript:alert(5)", attack
	w.app.HTTPS = attack
	for i := range w.services {
		s := &w.services[i]
		s.Owner, s.Doing, s.Release, s.Routes = attack, attack, attack, []string{attack}
		for j := range s.Instances {
			s.Instances[j].Last, s.Instances[j].Reason = attack, attack
		}
	}
	orders := &w.services[5]
	orders.Problem = &api.Problem{Code: attack, Text: attack, Where: attack, Likely: attack, Lines: []string{attack}, Signal: attack}
	for i := range w.lines {
		w.lines[i].Text, w.lines[i].Level, w.lines[i].Trace = attack, attack, attack
	}
	for i := range w.traces {
		t := &w.traces[i]
		t.Name, t.Service, t.Notes = attack, attack, []string{attack}
		for j := range t.Rows {
			r := &t.Rows[j]
			r.Name, r.What, r.Status, r.Message = attack, attack, attack, attack
		}
	}
	for i := range w.deeds {
		d := &w.deeds[i]
		d.Kind, d.Subject, d.Text, d.Why, d.Lines = attack, attack, attack, attack, []string{attack}
	}
	for i := range w.environ {
		w.environ[i].Value, w.environ[i].Name = attack, attack
	}
	h := handlerOf(w)
	for _, path := range every {
		body := ask(t, h, "/view"+path, token).Body.String()
		for _, bad := range []string{"<script", "<img", `" onmouseover="`, `href="javascript:`, "\x1b", "\x00", "\r", "\u202e"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s lets %q through", path, bad)
			}
		}
		if !strings.Contains(body, "&lt;script&gt;alert(1)") {
			t.Errorf("%s does not show what was written: the test looks at nothing", path)
		}
		if strings.Contains(body, "[31m") || strings.Contains(body, "0;title") {
			t.Errorf("%s shows the remains of a terminal sequence", path)
		}
	}
}

// A filter comes with a link, and its command is copied into a shell.
func TestAFilterStaysOneWordOfTheCommand(t *testing.T) {
	h := handlerOf(failing(time.Now()))
	const filter = "x%27%3Bcurl+evil"
	rows := []struct{ path, want string }{
		{"/view/logs?service=" + filter, `banyan logs -f &#39;x&#39;\&#39;&#39;;curl evil&#39;`},
		{"/view/logs?level=" + filter, `--level &#39;x&#39;\&#39;&#39;;curl evil&#39;`},
		{"/view/logs?trace=" + filter, `--trace &#39;x&#39;\&#39;&#39;;curl `},
		{"/view/traces?service=" + filter, `--service &#39;x&#39;\&#39;&#39;;curl evil&#39;`},
		{"/view/logs?service=orders", "banyan logs -f orders"},
	}
	for _, row := range rows {
		if body := ask(t, h, row.path, token).Body.String(); !strings.Contains(body, row.want) {
			t.Errorf("%s does not say %s:\n%s", row.path, row.want, body)
		}
	}
}
