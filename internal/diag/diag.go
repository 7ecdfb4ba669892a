package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Line and Column count from 1, Column in bytes; the zero Position is nowhere.
type Position struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// IsZero tells whether the position is nowhere.
func (p Position) IsZero() bool { return p == Position{} }

// String is file:line:column, as editors and terminals make clickable.
func (p Position) String() string {
	switch {
	case p.IsZero():
		return "-"
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Severity ranks a diagnostic.
type Severity string

// An Error refuses the file; a Warning is shown and lets it pass.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one thing wrong at one place.
type Diagnostic struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	At       Position `json:"at"`
	// Message says what is wrong; one line, no final stop.
	Message string `json:"message"`
	// Hint says what would mend it; one line.
	Hint string `json:"hint,omitempty"`
	// Text is the offending line, and Width the bytes of it to underline.
	Text  string `json:"text,omitempty"`
	Width int    `json:"width,omitempty"`
}

// At begins an error at a place.
func At(at Position, code Code, format string, args ...any) Diagnostic {
	return Diagnostic{Code: code, Severity: Error, At: at, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns d with a hint.
func (d Diagnostic) WithHint(format string, args ...any) Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// Error is the diagnostic's first line.
func (d Diagnostic) Error() string {
	return fmt.Sprintf("%s: %s %s: %s", d.At, d.Severity, d.Code, d.Message)
}

// List is what was found, in the order of the file after Sort.
type List []Diagnostic

// Add appends d.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// Failed tells whether the list has an error.
func (l List) Failed() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders by file, line and column, and drops what is said twice.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	*l = slices.Compact(*l)
}

// Err is the list as an error, nil when nothing in it is one.
func (l List) Err() error {
	if !l.Failed() {
		return nil
	}
	return l
}

// Error joins the first lines.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}
