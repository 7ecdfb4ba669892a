package markdown

import "strings"

// Inline reads the spans of one text.
func Inline(text string) []Span { return inline(text, 0) }

func inline(text string, depth int) []Span {
	var all []Span
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			all = append(all, Span{Text: plain.String()})
			plain.Reset()
		}
	}
	for text != "" {
		span, n := next(text, depth)
		if n == 0 {
			skip := 1
			if text[0] == '\\' && len(text) > 1 && strings.IndexByte("\\`*_{}[]()#+-.!|<>~", text[1]) >= 0 {
				text = text[1:] // CommonMark §2.4
			} else if text[0] == '`' { // a run without its end is text as a whole: CommonMark §6.1
				skip = len(text) - len(strings.TrimLeft(text, "`"))
			}
			plain.WriteString(text[:skip])
			text = text[skip:]
			continue
		}
		flush()
		all = append(all, span)
		text = text[n:]
	}
	flush()
	return all
}

// next is the span that a text begins with, and its length; 0 when it begins with plain text.
func next(text string, depth int) (Span, int) {
	switch {
	case text[0] == '`':
		return verbatim(text)
	case depth >= deepest:
		return Span{}, 0
	case strings.HasPrefix(text, "**"):
		return between(text, "**", Strong, depth)
	case text[0] == '*':
		return between(text, "*", Emphasis, depth)
	case text[0] == '[':
		return link(text, depth)
	}
	return Span{}, 0
}

// verbatim ends with as many backticks as it begins with (CommonMark §6.1).
func verbatim(text string) (Span, int) {
	ticks := len(text) - len(strings.TrimLeft(text, "`"))
	for at := ticks; at < len(text); {
		i := strings.IndexByte(text[at:], '`')
		if i < 0 {
			break
		}
		at += i
		run := len(text[at:]) - len(strings.TrimLeft(text[at:], "`"))
		if run == ticks {
			inner := text[ticks:at]
			if len(inner) > 2 && inner[0] == ' ' && inner[len(inner)-1] == ' ' && strings.Trim(inner, " ") != "" {
				inner = inner[1 : len(inner)-1]
			}
			return Span{Style: Verbatim, Text: inner}, at + ticks
		}
		at += run
	}
	return Span{}, 0
}

// between is a strong or an emphasised text: it begins and ends with no blank, and code within hides its mark.
func between(text, mark string, style Style, depth int) (Span, int) {
	rest := text[len(mark):]
	if rest == "" || rest[0] == ' ' || rest[0] == '*' {
		return Span{}, 0
	}
	end := find(rest, mark)
	if end <= 0 || rest[end-1] == ' ' {
		return Span{}, 0
	}
	return Span{Style: style, Spans: inline(rest[:end], depth+1)}, len(mark) + end + len(mark)
}

// find is where a mark stands outside code and escapes; -1 when nowhere.
func find(text, mark string) int {
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\':
			i += 2
		case text[i] == '`':
			if _, n := verbatim(text[i:]); n > 0 {
				i += n
			} else {
				i += len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
			}
		case strings.HasPrefix(text[i:], mark):
			return i
		default:
			i++
		}
	}
	return -1
}

// link is `[text](target)`; the target has no blank and no parentheses.
func link(text string, depth int) (Span, int) {
	end := find(text[1:], "]")
	if end < 0 || !strings.HasPrefix(text[end+2:], "(") {
		return Span{}, 0
	}
	target, _, closed := strings.Cut(text[end+3:], ")")
	if !closed || target == "" || strings.ContainsAny(target, " (") {
		return Span{}, 0
	}
	return Span{Style: Link, To: target, Spans: inline(text[1:end+1], depth+1)}, end + 3 + len(target) + 1
}
