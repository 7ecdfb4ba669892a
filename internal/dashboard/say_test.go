package dashboard

import (
	"testing"
	"time"
)

func TestQuantitiesHaveUnits(t *testing.T) {
	for _, c := range []struct{ about, got, want string }{
		{"nothing is no zero", took(0), "–"},
		{"microseconds", took(0.00042), "0.42 ms"},
		{"milliseconds", took(0.0382), "38.2 ms"},
		{"a fraction of a second", took(0.31), "310 ms"},
		{"seconds", took(1.239), "1.24 s"},
		{"minutes", took(130), "2m10s"},
		{"a slow rate", perSecond(0.42), "0.4"},
		{"a fast rate", perSecond(1234.4), "1234"},
		{"no rate", perSecond(0), "–"},
		{"no failure", percent(0), "0 %"},
		{"few failures are not none", percent(0.0004), "< 0.1 %"},
		{"failures", percent(0.031), "3.1 %"},
		{"an unknown share", core(-1), "–"},
		{"more than a core", core(1.5), "150.0 %"},
		{"unknown memory", memory(-1), "–"},
		{"memory", memory(18 << 20), "18.0 MiB"},
		{"much memory", memory(3 << 30), "3.00 GiB"},
		{"just now", ago(300 * time.Millisecond), "now"},
		{"clocks that differ", ago(-time.Second), "now"},
		{"minutes ago", ago(130 * time.Second), "2 min ago"},
		{"days ago", ago(73 * time.Hour), "3 days ago"},
		{"an id's beginning", brief("4bf92f3577b34da6"), "4bf92f35"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.about, c.got, c.want)
		}
	}
}

func TestAMomentIsExactOnHover(t *testing.T) {
	at := time.Date(2026, 11, 24, 21, 40, 1, 250e6, time.UTC)
	m := momentOf(at.Add(3*time.Second), at)
	if m.Ago != "3 s ago" || m.Machine != "2026-11-24T21:40:01.25Z" || m.Exact != at.Local().Format("2006-01-02 15:04:05.000 -0700") {
		t.Errorf("%+v", m)
	}
	if m := momentOf(at, time.Time{}); m != (moment{Ago: "–"}) {
		t.Errorf("an unknown moment is %+v", m)
	}
}

func TestBarsStayWithinTheWhole(t *testing.T) {
	for _, c := range []struct {
		about    string
		h        hop
		whole    seconds
		x, width string
	}{
		{"a half in the middle", hop{Offset: 1, Duration: 2}, 4, "25.00%", "50.00%"},
		{"a short one is visible", hop{Offset: 1, Duration: 0.000001}, 4, "25.00%", "0.40%"},
		{"one before the root begins with it", hop{Offset: -1, Duration: 1}, 4, "0.00%", "25.00%"},
		{"one at the very end is visible", hop{Offset: 4, Duration: 0}, 4, "99.60%", "0.40%"},
		{"no time at all is the whole", hop{}, 0, "0%", "100%"},
	} {
		if x, width := place(c.h, c.whole); x != c.x || width != c.width {
			t.Errorf("%s: %s %s, want %s %s", c.about, x, width, c.x, c.width)
		}
	}
	fall := fallOf(trace{summary: summary{Duration: 1}, Rows: []hop{{Duration: 1}, {Depth: 99, Offset: 1, Duration: 1}}})
	if fall.Ticks[3] != 2 || fall.Bars[0].Width != "50.00%" || len(fall.Bars[1].Indent) != deepest {
		t.Errorf("a hop that ends after the root: %+v", fall)
	}
}

func TestTheFirstSentence(t *testing.T) {
	up := service{Name: "a", Phase: running, Desired: 1, Ready: 1}
	coming := service{Name: "b", Phase: "starting", Desired: 1}
	broken := service{Name: "c", Phase: failed, Desired: 1}
	off := service{Name: "d", Phase: stopped, Desired: 1}
	for _, c := range []struct {
		about    string
		a        app
		services []service
		grade    Grade
		want     string
	}{
		{"all run", app{Phase: running}, []service{up}, Calm, "All right: 1 service"},
		{"what was stopped on purpose is all right", app{Phase: running}, []service{up, off}, Calm, "All right: 2 services"},
		{"the start is no failure", app{Name: "shop", Phase: "starting"}, []service{up, coming}, Coming, "shop is starting: 1 of 2 services ready"},
		{"a failure is one, at the start too", app{Name: "shop", Phase: "starting"}, []service{up, broken}, Broken, "Not all right: 1 of 2 services not ready"},
		{"one that comes back", app{Phase: running}, []service{up, coming}, Coming, "Not all right: 1 of 2 services not ready"},
		{"a file that does not run", app{Phase: running, Refused: "x"}, []service{up}, Unready, "Not all right"},
		{"a problem that is no service's", app{Phase: running, Problems: []trouble{{Text: "the port is taken"}}}, []service{up}, Broken, "Not all right"},
	} {
		grade, text := judge(c.a, c.services, cards(time.Time{}, c.a, c.services))
		if grade != c.grade || text != c.want {
			t.Errorf("%s: %v %q, want %v %q", c.about, grade, text, c.grade, c.want)
		}
	}
}
