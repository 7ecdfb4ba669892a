package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// card is one thing that is wrong, or not there yet.
type card struct {
	Grade   Grade
	Service Text
	Title   string
	// Again says when it is tried again.
	Again    string
	Trouble  trouble
	Commands []string
}

// cards are what is wrong, worst first; of one grade the application's own before the services'.
func cards(now time.Time, a app, services []service) []card {
	var list []card
	for _, p := range a.Problems {
		list = append(list, cardOf(now, "", Broken, p))
	}
	if a.Refused != "" {
		list = append(list, card{
			Grade: Unready, Title: "The newest " + a.Base() + " does not run; what ran before it does",
			Trouble: trouble{Lines: []Text{a.Refused}}, Commands: []string{"banyan validate", "banyan plan"},
		})
	}
	for _, s := range services {
		if own, is := s.card(now); is {
			list = append(list, own)
		}
	}
	slices.SortStableFunc(list, func(a, b card) int { return cmp.Compare(b.Grade, a.Grade) })
	return list
}

// card is what is wrong with the service.
func (s service) card(now time.Time) (card, bool) {
	switch {
	case s.Grade() == Calm:
		return card{}, false
	case s.Problem != nil:
		return cardOf(now, s.Name, s.Grade(), *s.Problem), true
	}
	title := fmt.Sprintf("%s is %s: %d of %d ready", s.Name, s.Phase, s.Ready, s.Desired)
	if s.Doing != "" {
		title += " · " + string(s.Doing)
	}
	return card{Grade: s.Grade(), Service: s.Name, Title: title}, true
}

func cardOf(now time.Time, service Text, grade Grade, p trouble) card {
	c := card{Grade: grade, Service: service, Title: p.title(service), Trouble: p}
	if service != "" {
		c.Commands = append(c.Commands, "banyan logs "+string(service), "banyan env "+string(service))
	}
	if p.Code != "" {
		c.Commands = append(c.Commands, "banyan help "+string(p.Code))
	}
	switch wait := p.Next.Sub(now); {
	case p.Next.IsZero():
	case wait < time.Second:
		c.Again = "is being tried again"
	default:
		c.Again = "tried again in " + lasted(wait)
	}
	return c
}

// title begins with whom it is about and ends with how it ended, unless the text says so itself.
func (p trouble) title(service Text) string {
	text := string(p.Text)
	if !strings.HasPrefix(text, string(service)) {
		text = string(service) + ": " + text
	}
	switch {
	case p.Signal != "" && !strings.Contains(text, string(p.Signal)):
		text += ", ended by " + string(p.Signal)
	case p.Exit != nil && *p.Exit >= 0 && !strings.Contains(text, fmt.Sprintf("code %d", *p.Exit)):
		text += fmt.Sprintf(", exit code %d", *p.Exit)
	}
	return text
}
