package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// lines are the newest lines that a filter lets pass, oldest first.
type lines struct {
	Services              []Text
	Service, Level, Trace Text
	Access                bool
	Lines                 []line
}

// Levels are the least grave levels to choose from.
func (lines) Levels() []Text { return []Text{"DEBUG", "INFO", "WARN", "ERROR"} }

func (v views) logs(ctx context.Context, r *http.Request, s *sheet) error {
	services, err := v.ask.services(ctx)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	l := lines{Service: Text(plain(q.Get("service"))), Level: Text(plain(q.Get("level"))), Trace: Text(plain(q.Get("trace"))), Access: q.Get("access") == "true"}
	for _, service := range services {
		if !service.External {
			l.Services = append(l.Services, service.Name)
		}
	}
	if l.Lines, err = v.ask.lines(ctx, l.query()); err != nil {
		return err
	}
	s.Title, s.Body, s.Commands = "Logs", l, []string{l.command()}
	return nil
}

func (l lines) query() url.Values {
	q := url.Values{"limit": {"300"}}
	for name, value := range map[string]Text{"service": l.Service, "level": l.Level, "trace": l.Trace} {
		if value != "" {
			q.Set(name, string(value))
		}
	}
	if l.Access {
		q.Set("access", "true")
	}
	return q
}

// command says the same in a terminal.
func (l lines) command() string {
	words := []string{"banyan logs"}
	if l.Trace == "" {
		words = append(words, "-f")
	}
	if l.Service != "" {
		words = append(words, argument(string(l.Service)))
	}
	if l.Level != "" {
		words = append(words, "--level "+argument(strings.ToLower(string(l.Level))))
	}
	if l.Trace != "" {
		words = append(words, "--trace "+argument(brief(l.Trace)))
	}
	if l.Access {
		words = append(words, "--access")
	}
	return strings.Join(words, " ")
}
