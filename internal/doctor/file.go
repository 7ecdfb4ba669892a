package doctor

import (
	"context"
	"fmt"

	"github.com/banyan-run/banyan/internal/diag"
)

// file says whether there is an application, and whether its file can be used.
func file() Check {
	return Check{Name: "file", Why: "ports, programs and folders to watch are those of banyan.yaml", Look: func(_ context.Context, s Subject) []Result {
		switch {
		case s.App != nil:
			return fine("%s: %s", s.App.File, counted(len(s.App.Services), "service"))
		case s.Faults.Failed():
			return failed(fmt.Sprintf("banyan.yaml has %s; without it only the machine was looked at", counted(errorsOf(s.Faults), "error")), "banyan validate")
		}
		return fine("no banyan.yaml in %s: only the machine was looked at", s.Dir)
	}}
}

func errorsOf(list diag.List) int {
	n := 0
	for _, d := range list {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
