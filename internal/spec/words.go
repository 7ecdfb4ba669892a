package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/expr"
)

// Words are what a command's text consists of, split as a POSIX shell splits (XCU 2.2, 2.6.5): at blanks, but not within quotes
// nor after a backslash. Each word is the list of its pieces: what an expression gives is put in after the split, so that no
// value can add an argument. Nothing else of a shell is there; what looks as if a shell were meant is refused.
type splitter struct {
	words [][]piece
	word  []piece
	// open says that a word has begun, even if it is empty so far.
	open  bool
	quote byte
	// opened is where the last quote was opened, in bytes of the value.
	opened int
}

// piece is literal text, or the expression of a template's part.
type piece struct {
	text       string
	expression bool
	offset     int
}

// shellSigns are words that only a shell would understand.
var shellSigns = []string{"&&", "||", ";", "|", ">", ">>", "<", "&", "2>&1", "2>"}

// splitWords splits the parts of a template. The error is a wrong.
func splitWords(parts []expr.Part) ([][]piece, error) {
	var s splitter
	for _, part := range parts {
		if part.Expression {
			s.word, s.open = append(s.word, piece{part.Text, true, part.Offset}), true
			continue
		}
		if err := s.literal(part.Text, part.Offset); err != nil {
			return nil, err
		}
	}
	if s.quote != 0 {
		return nil, wrong{says: "a quote is not closed", hint: fmt.Sprintf("close it with %c, or write the command as a list: [program, argument]", s.quote), offset: s.opened}
	}
	s.end()
	if len(s.words) == 0 {
		return nil, wrongly("the command is empty", "name a program")
	}
	return s.words, nil
}

// literal splits a literal part that stands at an offset of the value.
func (s *splitter) literal(text string, offset int) error {
	for at := 0; at < len(text); at++ {
		c := text[at]
		switch {
		case s.quote == '\'' && c != '\'' || s.quote == '"' && c != '"' && c != '\\':
			s.put(c)
		case s.quote != 0 && c == s.quote:
			s.quote = 0
		case c == '\\':
			at = s.escape(text, at)
		case c == '"' || c == '\'':
			s.quote, s.open, s.opened = c, true, offset+at
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.end()
		default:
			if w, is := shellMeant(text[at:], s.open); is {
				w.offset = offset + at
				return w
			}
			s.put(c)
		}
	}
	return nil
}

// escape takes what follows a backslash; within double quotes it protects only what would be special (XCU 2.2.3).
func (s *splitter) escape(text string, at int) int {
	if at+1 == len(text) || s.quote == '"' && !strings.ContainsRune("\"\\$`\n", rune(text[at+1])) {
		s.put('\\')
		return at
	}
	if text[at+1] != '\n' { // an escaped line end joins lines
		s.put(text[at+1])
	}
	return at + 1
}

func (s *splitter) put(c byte) {
	s.open = true
	if last := len(s.word) - 1; last >= 0 && !s.word[last].expression {
		s.word[last].text += string([]byte{c})
		return
	}
	s.word = append(s.word, piece{text: string([]byte{c})})
}

func (s *splitter) end() {
	if s.open {
		s.words = append(s.words, s.word)
	}
	s.word, s.open = nil, false
}

// shellMeant finds a sign between words that a shell would act on, and a variable that a shell would put in.
func shellMeant(rest string, inWord bool) (wrong, bool) {
	const hint = `no shell reads it; if one is meant write [sh, -c, "…"]`
	if first := strings.Fields(rest); !inWord && len(first) > 0 && slices.Contains(shellSigns, first[0]) {
		return wrong{says: fmt.Sprintf("%q means something to a shell only", first[0]), hint: hint}, true
	}
	if len(rest) > 1 && rest[0] == '$' && (rest[1] == '_' || rest[1] == '(' || rest[1]|0x20 >= 'a' && rest[1]|0x20 <= 'z') {
		return wrong{says: "$ means something to a shell only", hint: "no shell reads it: the service reads its variables itself, or write [sh, -c, \"…\"]"}, true
	}
	return wrong{}, false
}
