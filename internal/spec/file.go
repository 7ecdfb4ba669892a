package spec

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/diag"
)

// maxFile bounds one file, in bytes.
const maxFile = 1 << 20

// maxLine bounds the line that an error shows.
const maxLine = 160

// file is one file while it is read.
type file struct {
	path, folder, shown string
	text                []byte
	whole               string
	// starts are the offsets at which lines begin.
	starts []int
	// last is where column looked last.
	last reached
}

// errTooLarge and errNoFile are refusals before a byte is parsed.
var (
	errTooLarge = errors.New("it is larger than 1 MiB")
	errNoFile   = errors.New("it is not a file")
)

// read takes at most maxFile bytes of a regular file: a pipe or a device would never end.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNoFile
	case info.Size() > maxFile:
		return nil, errTooLarge
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		return nil, errTooLarge
	}
	return text, err
}

// because is an error of the system without the path that the message names already.
func because(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func newFile(path string, text []byte, shown string) *file {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // a byte order mark is no part of the first line
	f := &file{path: path, folder: filepath.Dir(path), shown: shown, text: text, whole: string(text), starts: []int{0}}
	for at, b := range text {
		if b == '\n' {
			f.starts = append(f.starts, at+1)
		}
	}
	return f
}

// line is the text of a line, from 1, without its end. It copies nothing: every value of the file asks for its own.
func (f *file) line(number int) string {
	if number < 1 || number > len(f.starts) {
		return ""
	}
	end := len(f.whole)
	if number < len(f.starts) {
		end = f.starts[number] - 1
	}
	return strings.TrimSuffix(f.whole[f.starts[number-1]:end], "\r")
}

// column turns YAML's column, in characters from 1, into bytes from 1. The values of a line are asked for from left to right, so
// it goes on from the last one: a file of one line would take the square of its length otherwise.
func (f *file) column(line, characters int) int {
	from := f.last
	if from.line != line || from.characters > characters {
		from = reached{line, 1, 1}
	}
	for rest := f.line(line)[from.column-1:]; from.characters < characters && rest != ""; from.characters++ {
		_, size := utf8.DecodeRuneInString(rest)
		rest, from.column = rest[size:], from.column+size
	}
	f.last = from
	return from.column
}

// reached is a place of a line in characters and in bytes.
type reached struct{ line, characters, column int }

// place turns an offset of the file into an origin.
func (f *file) place(offset int) origin {
	line := 1
	for line < len(f.starts) && f.starts[line] <= offset {
		line++
	}
	return origin{file: f, line: line, column: offset - f.starts[line-1] + 1, width: 1}
}

func (f *file) start() origin { return origin{file: f, line: 1, column: 1, width: 1} }

// illustrate gives a diagnostic its line. An endless line nobody reads.
func (f *file) illustrate(d *diag.Diagnostic) {
	line := f.line(d.At.Line)
	if len(line) > maxLine {
		if d.At.Column > maxLine {
			return
		}
		line = line[:maxLine] + "…"
	}
	d.Text = printable(line)
	d.Width = min(d.Width, max(len(line)-d.At.Column+1, 1))
}

// printable replaces what would steer a terminal or cannot be seen, each by as many bytes: columns stay what they are.
func printable(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch shown := text[i : i+size]; {
		case r == '\t' || unicode.IsGraphic(r) && (r != utf8.RuneError || size == 3):
			b.WriteString(shown)
		default:
			b.WriteString([]string{"?", "¿", "\uFFFD", shown}[size-1])
		}
		i += size
	}
	return b.String()
}
