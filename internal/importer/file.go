package importer

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/diag"
)

// maxFile bounds one file, in bytes; maxLine the line that an error shows.
const (
	maxFile = 1 << 20
	maxLine = 160
)

var (
	errTooLarge = errors.New("it is larger than 1 MiB")
	errNoFile   = errors.New("it is not a file")
	errOutside  = errors.New("it lies outside the folder")
)

// file is one file of the input.
type file struct {
	name  string
	text  string
	lines []string
	// starts are the offsets at which the lines begin.
	starts []int
}

func newFile(name, text string) *file {
	text = strings.TrimPrefix(text, "\ufeff") // a byte order mark is no part of the first line
	f := &file{name: name, text: text, lines: strings.Split(text, "\n")}
	at := 0
	for _, line := range f.lines {
		f.starts = append(f.starts, at)
		at += len(line) + 1
	}
	return f
}

func (f *file) start() diag.Position { return diag.Position{File: f.name, Line: 1, Column: 1} }

// at is the place of a line and a column, both from 1.
func (f *file) at(line, column int) diag.Position {
	return diag.Position{File: f.name, Line: min(max(line, 1), len(f.lines)), Column: max(column, 1)}
}

// illustrated gives a diagnostic its line; not one of a file of variables, which may be a secret.
func (f *file) illustrated(d diag.Diagnostic) diag.Diagnostic {
	d.Message, d.Hint = printable(d.Message), printable(d.Hint)
	if d.At.Line < 1 || d.At.Line > len(f.lines) || order(f.name) == 0 {
		return d
	}
	line := strings.TrimSuffix(f.lines[d.At.Line-1], "\r")
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + "…"
	}
	if d.At.Column <= len(line)+1 {
		d.Text = printable(line)
	}
	return d
}

// load reads at most maxFile bytes of a regular file within the folder.
func load(folder fs.FS, name string) (*file, error) {
	if name = path.Clean(name); !fs.ValidPath(name) {
		return nil, errOutside
	}
	info, err := fs.Stat(folder, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNoFile
	}
	opened, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(io.LimitReader(opened, maxFile+1))
	_ = opened.Close() // nothing was written
	if err == nil && len(all) > maxFile {
		err = errTooLarge
	}
	if err != nil {
		return nil, err
	}
	return newFile(name, string(all)), nil
}

// open reads a file that was asked for, and refuses what is no text.
func (d *draft) open(name string) (*file, bool) {
	f, err := load(d.folder, name)
	if err != nil {
		code := diag.FileUnreadable
		if errors.Is(err, errTooLarge) {
			code = diag.TooLarge
		}
		d.add(diag.At(diag.Position{File: name}, code, "%s cannot be read: %s", printable(name), because(err)).
			WithHint("check the path, which is relative to this folder"))
		return nil, false
	}
	d.files[f.name] = f
	for number, line := range f.lines {
		if at, why := unreadable(line); at >= 0 {
			d.refuse(f.at(number+1, at+1), diag.NotYAML, "save it as UTF-8 text, with a line feed at each line's end", "the file holds %s", why)
			return nil, false
		}
	}
	return f, true
}

// unreadable finds what no text of a person holds, and the runes that stand for references here.
func unreadable(line string) (at int, why string) {
	for at, r := range strings.TrimSuffix(line, "\r") {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(line[at:], string(utf8.RuneError)):
			return at, "bytes that are not UTF-8"
		case r < ' ' && r != '\t' || r == 0x7f:
			return at, "a control character"
		case r == '\u0085' || r == '\u2028' || r == '\u2029':
			return at, "a line end that is none to an editor" // YAML 1.1 §4.2
		case isRef(r):
			return at, "a character of a private plane"
		}
	}
	return -1, ""
}

// printable replaces what would steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (r == utf8.RuneError || !unicode.IsGraphic(r)) {
			return '?'
		}
		return r
	}, text)
}
