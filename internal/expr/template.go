package expr

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Template is a value with `${…}` parts.
type Template struct {
	Parts []Part
	// Quote is the sign that the value stands between in the file, ' or "; 0 is none. What a hint proposes can be put in there.
	Quote byte
}

// Part is a stretch of literal text or one expression.
type Part struct {
	// Text is what the part stands for: literal text, or the expression between `${` and `}`.
	Text       string
	Expression bool
	// Offset is where Text begins in the value, in bytes. A literal's bytes follow one another there.
	Offset int
}

// Has tells cheaply whether a value may hold an expression or an escape.
func Has(value string) bool { return strings.Contains(value, "${") }

// ParseTemplate splits a value into its parts; `$${` is a literal `${`.
func ParseTemplate(value string, place Place) (Template, diag.List) {
	var t Template
	from := 0
	literal := func(to int) {
		if to > from {
			t.Parts = append(t.Parts, Part{Text: value[from:to], Offset: from})
		}
	}
	for at := 0; at < len(value); {
		rest := value[at:]
		switch {
		case strings.HasPrefix(rest, "$${"):
			literal(at)
			from, at = at+1, at+3 // the second dollar and the brace stay
		case strings.HasPrefix(rest, "${"):
			literal(at)
			end := closing(rest[2:])
			if end < 0 {
				return t, diag.List{refusal(place, at, 2, "the expression that begins here has no closing brace").
					WithHint("write ${…}; a literal ${ is written $${")}
			}
			t.Parts = append(t.Parts, Part{Text: rest[2 : 2+end], Expression: true, Offset: at + 2})
			at += 2 + end + 1
			from = at
		default:
			at++
		}
	}
	literal(len(value))
	return t, nil
}

// Evaluate gives the value: the expression's own, with its type, when the template is only one, else the text of all parts.
func (t Template) Evaluate(e *Environment, place Place, values map[string]any) (any, diag.List) {
	if len(t.Parts) == 1 && t.Parts[0].Expression {
		return t.evaluate(t.Parts[0], e, place, values)
	}
	texts, found := t.Texts(e, place, values)
	return strings.Join(texts, ""), found
}

// Texts gives the text of each part.
func (t Template) Texts(e *Environment, place Place, values map[string]any) ([]string, diag.List) {
	var found diag.List
	texts := make([]string, len(t.Parts))
	for i, part := range t.Parts {
		if !part.Expression {
			texts[i] = part.Text
			continue
		}
		value, wrong := t.evaluate(part, e, place, values)
		found = append(found, wrong...)
		text, is := Write(value)
		if !is && len(wrong) == 0 {
			found.Add(refusal(part.place(place), 0, len(part.Text), "the expression gives no text, so it cannot be part of one"))
		}
		texts[i] = text
	}
	return texts, found
}

func (p Part) place(whole Place) Place {
	return func(offset int) diag.Position { return whole(p.Offset + offset) }
}

func (t Template) evaluate(p Part, e *Environment, whole Place, values map[string]any) (any, diag.List) {
	program, found := e.Compile(p.Text, p.place(whole))
	if program == nil {
		return nil, found
	}
	program.quote = t.Quote
	return program.Evaluate(values)
}
