package task

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/runner"
)

// fingerprint is a hash of all that a run depends on as far as the file says: the command with its further arguments, the declared
// variables, those of .env files too, and the files of once. Ports and ids of runs are no part of it.
func fingerprint(app *graph.App, t *graph.Task, args []string) (string, error) {
	sum := sha256.New()
	put := func(label string, values ...string) {
		fmt.Fprintf(sum, "%s %d\n", label, len(values))
		for _, v := range values {
			fmt.Fprintf(sum, "%d %s\n", len(v), v)
		}
	}
	put("app", app.Name, app.Environment)
	put("run", t.Run.Argv...)
	put("args", args...)
	shape := app.Shape(t)
	variables(sum, shape.Given())
	for _, u := range shape.Uses {
		if r, there := app.Resource(u.Resource); there {
			variables(sum, r.Exports)
		}
	}
	if len(t.Once.Files) == 0 {
		return hex.EncodeToString(sum.Sum(nil)), nil
	}
	files, count, err := runner.MatchingHash(t.Dir, t.Once.Files)
	if err != nil {
		return "", err
	}
	if count == 0 {
		return "", diag.At(t.Once.At, diag.BadValue, "no file matches once.files of the task %s: %v", t.Name, t.Once.Files).
			WithHint("patterns are relative to dir, which is %s", t.Dir)
	}
	put("files", files)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func variables(to io.Writer, all []graph.Variable) {
	for _, v := range all {
		fmt.Fprintf(to, "%d %s=%d %s\n", len(v.Name), v.Name, len(v.Value), v.Value)
	}
}
