package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/terminal"
)

// refuse writes an error as a person reads it: what, where, and the way out.
func (s *shell) refuse(err error) {
	var silent ended
	var list diag.List
	var d diag.Diagnostic
	var document problem.Problem
	var cause *problem.Cause
	switch {
	case err == nil, errors.As(err, &silent) && silent.err == nil:
	case errors.As(err, &list):
		s.diagnostics(s.Err, list)
	case errors.As(err, &d):
		s.diagnostic(d)
	case errors.As(err, &document):
		s.document(document)
	case errors.As(err, &cause):
		s.document(problem.From(cause, problem.Inside, ""))
	default:
		fmt.Fprintf(s.Err, "%s %s\n", s.ErrScreen.Paint(terminal.Red, "error:"), err)
	}
}

// diagnostic writes one that may stand at no place of the file.
func (s *shell) diagnostic(d diag.Diagnostic) {
	if !d.At.IsZero() && d.At.Line > 0 {
		s.diagnostics(s.Err, diag.List{d})
		return
	}
	where := ""
	if !d.At.IsZero() {
		where = d.At.String() + ": "
	}
	s.sentence(d.Code, where+d.Message, d.Hint)
}

func (s *shell) document(p problem.Problem) {
	if d := strings.TrimSpace(p.Detail); strings.Contains(d, "\n") {
		fmt.Fprintln(s.Err, d) // a rendered list
		return
	}
	hint := ""
	if e, known := diag.Lookup(p.Code); known {
		hint = e.Way
	}
	detail := p.Detail
	if detail == "" {
		detail = p.Title
	}
	s.sentence(p.Code, strings.TrimSuffix(detail, "."), strings.TrimSuffix(hint, "."))
	if p.Fix != nil {
		fmt.Fprintf(s.Err, "   %s:%d:%d: add %s\n", p.Fix.File, p.Fix.Line, p.Fix.Column, p.Fix.Add)
	}
}

func (s *shell) sentence(code diag.Code, text, hint string) {
	fmt.Fprintf(s.Err, "%s %s: %s\n", s.ErrScreen.Paint(terminal.Red, "error"), code, text)
	if hint != "" {
		fmt.Fprintf(s.Err, "   %s\n", hint)
	}
}

// diagnostics writes a list with the severities coloured.
func (s *shell) diagnostics(w io.Writer, list diag.List) {
	screen := s.Screen
	if w == s.Err {
		screen = s.ErrScreen
	}
	fmt.Fprint(w, screen.Diagnostics(list))
}
