package runner

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Locate finds the program that argv names: relative to dir when it has a slash, else in path, a PATH whose relative
// folders are those of dir. The error is a diag.Diagnostic with the code ProgramMissing.
func Locate(dir string, argv []string, path string) (string, error) {
	if len(argv) == 0 || argv[0] == "" {
		return "", missing("the command is empty").WithHint("name a program in run or build")
	}
	name := argv[0]
	if !strings.ContainsAny(name, slashes()) {
		return locateInPath(dir, name, path)
	}
	program := name
	if !filepath.IsAbs(program) {
		program = filepath.Join(dir, program)
	}
	return program, examine(name, program)
}

func missing(format string, args ...any) diag.Diagnostic {
	return diag.At(diag.Position{}, diag.ProgramMissing, format, args...)
}

func slashes() string {
	if runtime.GOOS == "windows" {
		return `/\`
	}
	return "/"
}

func locateInPath(dir, name, path string) (string, error) {
	var refused error
	for _, folder := range filepath.SplitList(path) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		program := filepath.Join(folder, name)
		at, err := os.Stat(program)
		if err != nil || at.IsDir() {
			continue
		}
		if err := examine(name, program); err != nil {
			refused = err
			continue
		}
		return program, nil
	}
	if refused != nil {
		return "", refused
	}
	d := missing("%s is not installed: no folder of PATH has it", name)
	if at, err := os.Stat(filepath.Join(dir, name)); err == nil && !at.IsDir() {
		return "", d.WithHint("did you mean \"./%s\"? without a slash the name is looked for in PATH only", name)
	}
	if nearest := diag.Nearest(name, programs(filepath.SplitList(path))); nearest != "" {
		return "", d.WithHint("did you mean %q?", nearest)
	}
	return "", d.WithHint("install it, or name it with its path, relative to %s", dir)
}

// examine tells why a file that is named cannot be started.
func examine(name, program string) error {
	at, err := os.Stat(program)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absentProgram(name, program)
	case errors.Is(err, fs.ErrPermission):
		return missing("%s may not be read", program).WithHint("mend the permissions of the folders above it")
	case err != nil:
		return missing("%s cannot be used: %v", name, err)
	case at.IsDir():
		return missing("%s is a directory, not a program", program).WithHint("name a program in it")
	case runtime.GOOS != "windows" && at.Mode()&0o111 == 0:
		return missing("%s is not executable", program).WithHint("chmod +x %s, or start it with its interpreter", program)
	}
	return examineInterpreter(program)
}

func absentProgram(name, program string) error {
	d := missing("%s does not exist (%s)", name, program)
	if nearest := diag.Nearest(filepath.Base(program), programs([]string{filepath.Dir(program)})); nearest != "" {
		return d.WithHint("did you mean %q?", filepath.Join(filepath.Dir(name), nearest))
	}
	if _, err := os.Stat(filepath.Dir(program)); err != nil {
		return d.WithHint("its folder does not exist either; has it been built?")
	}
	return d.WithHint("build it, or mend the path, which is relative to dir")
}

// examineInterpreter reads the first line of a script: the system reports a missing interpreter as if the script were missing.
func examineInterpreter(program string) error {
	f, err := os.Open(program)
	if err != nil {
		return nil // executable without being readable is allowed
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 256)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	// Space and tab alone end the interpreter's name (execve(2)): a carriage return is part of it.
	words := strings.FieldsFunc(strings.TrimPrefix(string(line), "#!"), func(r rune) bool { return r == ' ' || r == '\t' })
	if !bytes.HasPrefix(line, []byte("#!")) || runtime.GOOS == "windows" {
		return examineText(program, head[:n])
	}
	if len(words) == 0 {
		return missing("%s has no interpreter after #!", program).WithHint("write one, such as #!/bin/sh")
	}
	if _, err := os.Stat(words[0]); err != nil {
		d := missing("%s needs the interpreter %s, which does not exist", program, strings.TrimSpace(words[0]))
		if strings.HasSuffix(string(line), "\r") {
			return d.WithHint("its first line ends in a carriage return: convert the file to Unix line ends")
		}
		return d.WithHint("install it, or mend the first line of the script")
	}
	return nil
}

// examineText refuses a script without a #! line, which the system does not start.
func examineText(program string, head []byte) error {
	if runtime.GOOS == "windows" || len(head) == 0 || bytes.IndexByte(head, 0) >= 0 {
		return nil
	}
	return missing("%s is a text without an interpreter: it has no #! line", program).
		WithHint("begin it with a line such as #!/bin/sh, or name the interpreter in run")
}

// programs are the names of the executables in folders.
func programs(folders []string) []string {
	var names []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if at, err := os.Stat(filepath.Join(folder, e.Name())); err == nil && !at.IsDir() && at.Mode()&0o111 != 0 {
				names = append(names, e.Name())
			}
		}
	}
	return names
}
