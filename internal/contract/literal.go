package contract

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxAnswer bounds a body that is made, in bytes.
const maxAnswer = 1 << 20

// literal writes a value of the document as JSON, keys in their order.
func (g *generator) literal(n node) []byte {
	var b bytes.Buffer
	g.write(&b, n, 0)
	return b.Bytes()
}

// write stops at the bounds: aliases may stand for more than anybody wrote.
func (g *generator) write(b *bytes.Buffer, n node, depth int) {
	if depth > maxDepth || b.Len() > maxAnswer {
		g.over = true
		b.WriteString("null")
		return
	}
	switch {
	case n.isMap():
		b.WriteByte('{')
		first := true
		for key, value := range n.entries {
			comma(b, &first)
			b.Write(quoted(key.Value))
			b.WriteByte(':')
			g.write(b, value, depth+1)
		}
		b.WriteByte('}')
	case n.isList():
		b.WriteByte('[')
		first := true
		for item := range n.items {
			comma(b, &first)
			g.write(b, item, depth+1)
		}
		b.WriteByte(']')
	default:
		b.Write(scalar(n))
	}
}

func comma(b *bytes.Buffer, first *bool) {
	if !*first {
		b.WriteByte(',')
	}
	*first = false
}

// scalar is one as JSON. What JSON has no number for is a text there.
func scalar(n node) []byte {
	if !n.isText() {
		return []byte("null")
	}
	switch n.ShortTag() {
	case "!!null":
		return []byte("null")
	case "!!bool":
		return []byte(strconv.FormatBool(n.yes()))
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return []byte(n.Value)
		}
		if f, is := n.number(); is && finite(f) {
			return number(f)
		}
	}
	return quoted(n.Value)
}

func number(f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.AppendInt(nil, int64(f), 10)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return []byte("0")
	}
	return b
}

func quoted(text string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(strings.ToValidUTF8(text, "\ufffd")) != nil {
		return []byte(`""`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// plainText is a JSON scalar as a text; false for what is none.
func plainText(raw []byte) (string, bool) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[':
		return "", false
	case raw[0] != '"':
		return string(raw), true
	}
	var text string
	return text, json.Unmarshal(raw, &text) == nil
}
