//go:build unix

package runner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "elsewhere")
	file(t, dir, "elsewhere/node", "#!/bin/sh\n", 0o700)
	file(t, dir, "elsewhere/plain", "#!/bin/sh\n", 0o600)
	file(t, dir, "own/serve", "#!/bin/sh\n", 0o700)
	file(t, dir, "run.sh", "#!/bin/sh\n", 0o700)
	file(t, dir, "binary", "\x7fELF\x00", 0o700)
	file(t, dir, "text", "echo hello\n", 0o700)
	file(t, dir, "windows.sh", "#!/bin/sh\r\necho\r\n", 0o700)
	file(t, dir, "absent.sh", "#!/opt/none/python3 -u\n", 0o700)
	file(t, dir, "nothing.sh", "#!\n", 0o700)
	file(t, dir, "empty", "", 0o700)
	if err := os.Symlink("gone", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	path := bin + string(filepath.ListSeparator) + "own"
	rows := []struct {
		sentence, name, program, text, hint string
	}{
		{"a name is found in PATH", "node", "elsewhere/node", "", ""},
		{"a folder of PATH may be relative to dir", "serve", "own/serve", "", ""},
		{"a path is relative to dir", "./run.sh", "run.sh", "", ""},
		{"a path without a dot too", "own/serve", "own/serve", "", ""},
		{"what is no text needs no interpreter", "./binary", "binary", "", ""},
		{"an empty file is a script that does nothing", "./empty", "empty", "", ""},
		{"a misspelt name has the nearest one", "nod", "", "nod is not installed: no folder of PATH has it", `did you mean "node"?`},
		{"a name that is nothing like any says where it is looked for", "zzzzzzzz", "", "zzzzzzzz is not installed", "relative to " + dir},
		{"a file of the folder needs its dot and slash", "run.sh", "", "run.sh is not installed", `did you mean "./run.sh"?`},
		{"a name that PATH has but may not start", "plain", "", "elsewhere/plain is not executable", "chmod +x"},
		{"a misspelt path has the nearest file", "./run.hs", "", "./run.hs does not exist", `did you mean "run.sh"?`},
		{"a path into a folder that is missing", "./target/app", "", "./target/app does not exist", "has it been built?"},
		{"a link to nothing does not exist", "./dangling", "", "./dangling does not exist", ""},
		{"a folder is no program", "./own", "", "is a directory, not a program", "name a program in it"},
		{"a text needs an interpreter", "./text", "", "it has no #! line", "#!/bin/sh"},
		{"an interpreter that is missing is named", "./absent.sh", "", "needs the interpreter /opt/none/python3, which", "install it"},
		{"a carriage return is part of the interpreter's name", "./windows.sh", "", "needs the interpreter /bin/sh, which", "Unix line ends"},
		{"no interpreter after the mark", "./nothing.sh", "", "no interpreter after #!", "#!/bin/sh"},
		{"an empty command", "", "", "the command is empty", "run or build"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got, err := Locate(dir, []string{row.name, "argument"}, path)
			if row.program != "" {
				if err != nil || got != filepath.Join(dir, row.program) {
					t.Fatalf("%q, %v", got, err)
				}
				return
			}
			var d diag.Diagnostic
			if !errors.As(err, &d) || d.Code != diag.ProgramMissing {
				t.Fatalf("%q, %v", got, err)
			}
			if !strings.Contains(d.Message, row.text) || !strings.Contains(d.Hint, row.hint) {
				t.Fatalf("said %q, hint %q", d.Message, d.Hint)
			}
		})
	}
}
