package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// language is a runtime that services are built or started with, and how to ask which one it is.
type language struct {
	// named are programs of build or run that need it.
	named []string
	// asked are its own names, the first that is found is asked.
	asked []string
	flag  string
}

var languages = []language{
	{[]string{"go"}, []string{"go"}, "version"},
	{[]string{"node", "npm", "npx", "pnpm", "yarn", "tsx"}, []string{"node"}, "--version"},
	{[]string{"python", "python3", "pip", "uv", "gunicorn", "uvicorn", "flask"}, []string{"python3", "python"}, "--version"},
	{[]string{"java", "mvn", "mvnw", "gradle", "gradlew"}, []string{"java"}, "-version"},
}

// askWithin leaves time for the report: the program is killed then, with what it started itself.
const askWithin = Patience - 100*time.Millisecond

// versions asks the runtimes of the services which they are. One that is there and does not answer is a stub without the
// real thing behind it, as macOS has for java and pyenv for python.
func versions(locate locator, ask func(ctx context.Context, program, flag string) (string, error)) Check {
	return Check{Name: "versions", Why: "a runtime that is there and does not start shows only when a service is built or started", Look: func(ctx context.Context, s Subject) []Result {
		needed := runtimes(s)
		if len(needed) == 0 {
			return fine("no service names a runtime that is known")
		}
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		answers := make([][]Result, len(needed))
		var asking sync.WaitGroup
		for i, n := range needed {
			asking.Go(func() { answers[i] = n.version(ctx, locate, ask) })
		}
		asking.Wait()
		return together(answers)
	}}
}

// need is a runtime and the services that need it, with the folder and PATH of the first.
type need struct {
	language
	dir, path string
	by        []string
}

func runtimes(s Subject) []*need {
	var all []*need
	for _, l := range languages {
		n := &need{language: l}
		for _, u := range uses(s) {
			if !slices.Contains(l.named, filepath.Base(u.argv[0])) || slices.Contains(n.by, u.service.Name) {
				continue
			}
			if len(n.by) == 0 {
				n.dir, n.path = u.service.Dir, u.path
			}
			n.by = append(n.by, u.service.Name)
		}
		if len(n.by) > 0 {
			all = append(all, n)
		}
	}
	return all
}

func (n *need) version(ctx context.Context, locate locator, ask func(context.Context, string, string) (string, error)) []Result {
	for _, name := range n.asked {
		program, err := locate(n.dir, []string{name}, n.path)
		if err != nil {
			continue
		}
		text, err := ask(ctx, program, n.flag)
		switch {
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
			return warning(fmt.Sprintf("%s did not answer in time", program), fmt.Sprintf("%s %s", program, n.flag))
		case err != nil:
			return failed(fmt.Sprintf("%s is there and does not work: %s (%s)", program, err, several(n.by)), fmt.Sprintf("%s %s   shows why; install it anew", program, n.flag))
		}
		if !strings.Contains(strings.ToLower(text), n.named[0]) { // node says its number alone
			text = n.named[0] + " " + text
		}
		return fine("%s", text)
	}
	return failed(fmt.Sprintf("%s is not installed (%s)", n.asked[0], several(n.by)), fmt.Sprintf("install %s so that PATH finds it", n.asked[0]))
}

// together makes one line of those that are fine.
func together(answers [][]Result) []Result {
	var all []Result
	var texts []string
	for _, a := range answers {
		for _, r := range a {
			if r.Grade == Fine {
				texts = append(texts, r.Found)
				continue
			}
			all = append(all, r)
		}
	}
	if len(texts) > 0 {
		all = append(fine("%s", strings.Join(texts, " · ")), all...)
	}
	return all
}

// firstLine runs a program with one flag and returns the first line that it wrote, wherever: java writes to standard error.
func firstLine(ctx context.Context, program, flag string) (string, error) {
	command := exec.CommandContext(ctx, program, flag)
	command.WaitDelay = linger / 2
	endTogether(command)
	out, err := command.CombinedOutput()
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	text := strings.TrimSpace(string(line))
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil && text != "":
		return "", fmt.Errorf("%w: %s", err, text)
	}
	return text, err
}
