package cli

import (
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// printer writes lines of services, each after its instance's name in the service's own colour.
type printer struct {
	screen     terminal.Screen
	colors     map[string]terminal.Style
	width      int
	timestamps bool
}

func (s *shell) printer(services []api.Service) printer {
	p := printer{screen: s.Screen, width: len("gateway")}
	var names []string
	for _, service := range services {
		names = append(names, service.Name)
		p.width = max(p.width, utf8.RuneCountInString(service.Name)+2)
	}
	p.colors = terminal.Palette(names)
	return p
}

func (p printer) text(l api.Line) string {
	name := terminal.First(l.Instance, l.Service)
	at := ""
	if p.timestamps {
		at = p.screen.Paint(terminal.Dim, l.At.Local().Format("15:04:05.000")) + " "
	}
	return p.screen.Paint(p.colors[l.Service], terminal.Pad(name, p.width)) + p.screen.Paint(terminal.Dim, " │ ") + at + p.body(l)
}

func (p printer) body(l api.Line) string {
	text := p.screen.Harmless(l.Text)
	switch {
	case l.Stream == "access":
		return p.screen.Paint(terminal.Dim, text)
	case l.Level == "ERROR" || l.Level == "FATAL":
		return p.screen.Paint(terminal.Red, text)
	case l.Level == "WARN":
		return p.screen.Paint(terminal.Yellow, text)
	}
	return text
}
