package debugger

import (
	"encoding/json"
	"fmt"
	"strings"
)

// value is one value of JSON with comments, as editors write it, with the offsets of its first byte and behind its last one.
type value struct {
	// kind is '{', '[', '"' or 0 for what is a word or a number.
	kind       byte
	begin, end int
	// text is that of a string.
	text    string
	members map[string]*value
	items   []*value
	// comma is the offset of a comma behind the last item, 0 when there is none.
	comma int
}

func (v *value) member(key string) *value { return v.members[key] }

// maxDepth bounds the nesting.
const maxDepth = 100

// parse reads one value: JSON (RFC 8259) with // and /* comments and with commas before a closing bracket.
func parse(text string) (*value, error) {
	r := &scanner{text: text}
	if strings.HasPrefix(text, "\ufeff") {
		r.at = len("\ufeff")
	}
	v, err := r.value(0)
	if err == nil {
		if err = r.space(); err == nil && r.at < len(text) {
			err = r.wrong("more than one value")
		}
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

type scanner struct {
	text string
	at   int
}

func (r *scanner) wrong(what string) error {
	line := strings.Count(r.text[:min(r.at, len(r.text))], "\n") + 1
	return fmt.Errorf("line %d: %s", line, what)
}

// space passes white space and comments.
func (r *scanner) space() error {
	for r.at < len(r.text) {
		rest := r.text[r.at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			r.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			r.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return r.wrong("a comment that does not end")
			}
			r.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

// next is the byte at which the next thing begins, 0 at the end.
func (r *scanner) next() (byte, error) {
	if err := r.space(); err != nil || r.at == len(r.text) {
		return 0, err
	}
	return r.text[r.at], nil
}

func (r *scanner) value(depth int) (*value, error) {
	c, err := r.next()
	switch {
	case err != nil:
		return nil, err
	case depth > maxDepth:
		return nil, r.wrong("values within values, too deep")
	case c == '{' || c == '[':
		return r.nested(c, depth)
	case c == '"':
		return r.quoted()
	}
	return r.word()
}

func (r *scanner) quoted() (*value, error) {
	v := &value{kind: '"', begin: r.at}
	for r.at++; r.at < len(r.text) && r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			r.at++
		}
	}
	if r.at >= len(r.text) {
		return nil, r.wrong("a string that does not end")
	}
	r.at++
	v.end = r.at
	if err := json.Unmarshal([]byte(r.text[v.begin:v.end]), &v.text); err != nil {
		return nil, r.wrong("a string with a bad escape")
	}
	return v, nil
}

func (r *scanner) word() (*value, error) {
	v := &value{begin: r.at}
	for r.at < len(r.text) && strings.IndexByte(",]}/ \t\r\n", r.text[r.at]) < 0 {
		r.at++
	}
	if v.end = r.at; !json.Valid([]byte(r.text[v.begin:v.end])) {
		return nil, r.wrong("something that is no value")
	}
	return v, nil
}

// nested reads an object or a list.
func (r *scanner) nested(open byte, depth int) (*value, error) {
	v := &value{kind: open, begin: r.at, members: map[string]*value{}}
	closing := map[byte]byte{'{': '}', '[': ']'}[open]
	r.at++
	for {
		c, err := r.next()
		switch {
		case err != nil:
			return nil, err
		case c == 0:
			return nil, r.wrong("a bracket that is not closed")
		case c == closing:
			r.at++
			v.end = r.at
			return v, nil
		case len(v.items) > 0 && v.comma == 0:
			return nil, r.wrong("a comma is missing")
		}
		v.comma = 0
		if err := r.item(v, depth); err != nil {
			return nil, err
		}
		if c, err = r.next(); err != nil {
			return nil, err
		} else if c == ',' {
			v.comma = r.at
			r.at++
		}
	}
}

// item reads one item, or one member with its key.
func (r *scanner) item(v *value, depth int) error {
	key := ""
	if v.kind == '{' {
		if r.text[r.at] != '"' {
			return r.wrong("a key without quotes")
		}
		name, err := r.quoted()
		if err != nil {
			return err
		}
		if c, err := r.next(); err != nil || c != ':' {
			return r.wrong("a key without a value")
		}
		r.at++
		key = name.text
	}
	one, err := r.value(depth + 1)
	if err != nil {
		return err
	}
	v.items = append(v.items, one)
	if v.kind == '{' {
		v.members[key] = one
	}
	return nil
}
