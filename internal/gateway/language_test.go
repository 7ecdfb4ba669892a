package gateway_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// The language of testdata/*.txt. A case begins with `== sentence`; its sections with `-- name --`:
//
//	app    one declaration a line; the line's number is its position in banyan.yaml:
//	         environment NAME · listen HOST:PORT · seed N
//	         service NAME [behaviour…] [: callee[(option; …)], …]   options: GET /x/* · timeout 50ms · retry N [on …]
//	         external NAME URL [behaviour…]                         an instance stands for what the URL names
//	         override NAME mock|URL|local [behaviour…]              a mock answers from testdata/parts/shelf.yaml
//	         attach NAME [FIELD[=VALUE]] [behaviour…]               behaviours are those of the attached process
//	         route PATTERN -> target[ weight], … [key=value…]       keys: name host method strip rewrite timeout
//	       An instance has one behaviour, a list of what it does with one request after the other; the last stays:
//	         ok · STATUS · refuse (no connection) · silent; before it `starting`, `late` or `absent`.
//	in     the request to the gateway; `in A B` to the port of A's call to B, `in A B as C` from a process of C, `in A B out` without
//	       the port's checks, as the gateway and the operator call.
//	up     lines that instances got, in their order, maybe with others between; T and S stand for new ids. `up whole` is every byte.
//	       Absent: instances got nothing.
//	out    lines of the answer, in the same manner.
//	ask    instead of `in`: METHOD URL, or CALLER CALLEE [METHOD PATH], is explained and nothing sent. says: the verdict.
//	found  what Compile finds, instead of all that.
//	note   caller callee instance tries status protocol route code, `-` for what is empty.
//
// A line of `in` ends with CR LF. `\c` at its end takes that away.
type wire struct {
	sentence string
	app      app
	sections map[string]string
	// to are the words after `in`; whole is said after `up`.
	to    []string
	whole bool
}

// app is the application of a case and how its instances behave.
type app struct {
	graph.App
	seed       uint64
	behaviours map[string][]string
	replaced   map[string]graph.Replaced
}

var sectionLine = regexp.MustCompile(`(?m)^-- ([^-]+) --\n`)

func readCases(t *testing.T) []wire {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []wire
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range strings.Split("\n"+string(text), "\n== ") {
			if i > 0 {
				cases = append(cases, parseCase(t, strings.TrimRight(part, "\n")+"\n"))
			}
		}
	}
	return cases
}

func parseCase(t *testing.T, text string) wire {
	t.Helper()
	sentence, rest, _ := strings.Cut(text, "\n")
	c := wire{sentence: sentence, sections: map[string]string{}}
	at := sectionLine.FindAllStringSubmatchIndex(rest, -1)
	for i, m := range at {
		end := len(rest)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		words := strings.Fields(rest[m[2]:m[3]])
		c.sections[words[0]] = rest[m[1]:end]
		c.whole = c.whole || words[0] == "up" && len(words) > 1
		if words[0] == "in" {
			c.to = words[1:]
		}
	}
	var err error
	if c.app, err = parseApp(c.sections["app"]); err != nil {
		t.Fatalf("%s: %v", sentence, err)
	}
	return c
}

func parseApp(text string) (app, error) {
	a := app{behaviours: map[string][]string{}}
	a.Environment, a.Edge.Listen, a.replaced = graph.Local, "127.0.0.1:8080", map[string]graph.Replaced{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		at := diag.Position{File: "banyan.yaml", Line: i + 1, Column: 1}
		word, rest, _ := strings.Cut(line, " ")
		if err := a.declare(word, rest, at); err != nil {
			return a, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	slices.SortFunc(a.Services, func(x, y *graph.Service) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(a.External, func(x, y *graph.External) int { return cmp.Compare(x.Name, y.Name) })
	a.App = *a.With(a.replaced)
	return a, nil
}

var errWord = errors.New("no such declaration")

func (a *app) declare(word, rest string, at diag.Position) (err error) {
	switch word {
	case "environment":
		a.Environment = rest
	case "listen":
		a.Edge.Listen = rest
	case "seed":
		a.seed, err = strconv.ParseUint(rest, 10, 64)
	case "service":
		head, calls, _ := strings.Cut(rest, ":")
		words := strings.Fields(head)
		s := &graph.Service{Name: words[0], At: at, Contract: shelf}
		a.behaviours[s.Name] = words[1:]
		for _, c := range splitOutside(calls) {
			err = errors.Join(err, addCall(s, c, at))
		}
		a.Services = append(a.Services, s)
	case "external":
		words := strings.Fields(rest)
		a.External = append(a.External, &graph.External{Name: words[0], URL: words[1], At: at})
		a.behaviours[words[0]] = words[2:]
	case "override", "attach":
		words := strings.Fields(rest)
		a.replace(word, words[0], words[1:])
	case "route":
		err = a.route(rest, at)
	default:
		err = fmt.Errorf("%w: %q", errWord, word)
	}
	return err
}

// shelf is the contract of every service.
var shelf = func() graph.Contract {
	text, err := os.ReadFile("testdata/parts/shelf.yaml")
	if err != nil {
		panic(err)
	}
	return graph.Contract{File: "/shelf.yaml", Shown: "shelf.yaml", Text: string(text)}
}()

// replace reads who answers in a service's place: by is override or attach.
func (a *app) replace(by, name string, words []string) {
	r := a.replaced[name]
	switch {
	case by == "override" && words[0] == "mock":
		r.Override.By = graph.ByMock
	case by == "override" && words[0] == "local":
		r.Override.By, r.Attached.Port = graph.ByProcess, 1
		a.behaviours[graph.AttachedTo(name)], a.behaviours[name] = words[1:], []string{"absent"}
	case by == "override":
		r.Override = graph.Override{By: graph.ByURL, URL: words[0]}
		a.behaviours[name] = words[1:]
	default:
		r.Attached.Port = 1
		if len(words) > 0 && words[0][0] >= 'A' && words[0][0] <= 'Z' {
			r.Attached.Header, r.Attached.Value, _ = strings.Cut(words[0], "=")
			words = words[1:]
		}
		a.behaviours[graph.AttachedTo(name)] = words
	}
	a.replaced[name] = r
}

// splitOutside splits at commas that stand in no parentheses.
func splitOutside(text string) []string {
	var parts []string
	depth, from := 0, 0
	for i, r := range text + "," {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			if part := strings.TrimSpace(text[from:i]); part != "" {
				parts = append(parts, part)
			}
			from = i + 1
		}
	}
	return parts
}

func addCall(s *graph.Service, text string, at diag.Position) error {
	name, options, _ := strings.Cut(text, "(")
	c := &graph.Call{To: strings.TrimSpace(name), At: at}
	s.Calls = append(s.Calls, c)
	for option := range strings.SplitSeq(strings.TrimSuffix(options, ")"), ";") {
		words := strings.Fields(option)
		switch {
		case len(words) == 0:
		case words[0] == "timeout":
			timeout, err := time.ParseDuration(words[1])
			if err != nil {
				return err
			}
			c.Timeout = timeout
		case words[0] == "retry":
			if _, err := fmt.Sscan(words[1], &c.Retry.Attempts); err != nil {
				return err
			}
			c.Retry.On, c.Retry.At = words[min(3, len(words)):], at
		default:
			c.Allow = append(c.Allow, graph.Allow{Method: words[0], Path: words[1], At: at})
		}
	}
	return nil
}

func (a *app) route(text string, at diag.Position) (err error) {
	path, rest, _ := strings.Cut(text, " -> ")
	r := &graph.Route{Name: path, Path: path, At: at, PathAt: at, RewriteAt: at}
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == ' ' }) {
		key, value, option := strings.Cut(part, "=")
		weight, numeric := strconv.Atoi(part)
		switch {
		case numeric == nil:
			r.Targets[len(r.Targets)-1].Weight = weight
		case !option:
			r.Targets = append(r.Targets, graph.Target{To: part, Weight: 1, At: at})
		case key == "timeout":
			r.Timeout, err = time.ParseDuration(value)
		default:
			err = errors.Join(err, setRoute(r, key, value))
		}
	}
	a.Edge.Routes = append(a.Edge.Routes, r)
	return err
}

func setRoute(r *graph.Route, key, value string) error {
	switch key {
	case "name":
		r.Name = value
	case "host":
		r.Host = value
	case "method":
		r.Methods = strings.Split(value, "|")
	case "strip":
		r.Strip = value
	case "rewrite":
		r.Rewrite = value
	default:
		return fmt.Errorf("%w: %s", errWord, key)
	}
	return nil
}
