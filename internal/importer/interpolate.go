package importer

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// interpolate puts variables into a value as Compose does (compose-spec, "Interpolation"): $NAME, ${NAME}, ${NAME:-default},
// ${NAME:?error}, ${NAME:+other}, each without the colon too, and $$ for a dollar. A secret, and what .env does not give, stays a
// reference.
func (d *draft) interpolate(value string, at diag.Position) string {
	if !strings.Contains(value, "$") {
		return value
	}
	out, ok := d.substituted(value, at, 0)
	if !ok {
		d.refuse(at, diag.BadValue, "write $$ for a dollar, or ${NAME}", "the value has a $ that begins no variable")
	}
	return out
}

// maxNested bounds defaults within defaults.
const maxNested = 16

func (d *draft) substituted(value string, at diag.Position, depth int) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '$' {
			b.WriteByte(value[i])
			continue
		}
		rest := value[i+1:]
		switch name := leadingName(rest); {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			i++
		case name != "":
			b.WriteString(d.resolve(name, at))
			i += len(name)
		case strings.HasPrefix(rest, "{"):
			end := closing(rest)
			if end < 0 || depth == maxNested {
				return "", false
			}
			text, ok := d.braced(rest[1:end], at, depth)
			if !ok {
				return "", false
			}
			b.WriteString(text)
			i += end + 1
		default:
			return "", false
		}
	}
	return b.String(), true
}

// closing is the brace that ends rest, which begins with one.
func closing(rest string) int {
	depth := 0
	for i := range len(rest) {
		switch {
		case rest[i] == '{' && (i == 0 || rest[i-1] == '$'):
			depth++
		case rest[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (d *draft) braced(inner string, at diag.Position, depth int) (string, bool) {
	name := leadingName(inner)
	rest := inner[len(name):]
	if name == "" {
		return "", false
	}
	rest, strict := strings.CutPrefix(rest, ":")
	if rest == "" {
		return d.resolve(name, at), !strict
	}
	v := d.variables[name]
	set := v != nil && (!strict || v.value != "")
	switch rest[0] {
	case '-':
		if !set && !secret(name, rest[1:]) {
			return d.substituted(rest[1:], at, depth+1)
		}
		return d.resolve(name, at), true
	case '?':
		return d.resolve(name, at), true
	case '+':
		if !set {
			return "", true
		}
		v.used = true
		return d.substituted(rest[1:], at, depth+1)
	}
	return "", false
}

// resolve is the value of a variable, or a reference to it.
func (d *draft) resolve(name string, at diag.Position) string {
	v := d.variables[name]
	switch {
	case len(d.refs.env) >= mostRefs/2: // the other half is for secrets, of which there are fewer than values
		if !d.found.Failed() {
			d.refuse(at, diag.TooLarge, "split it", "the file names more variables than an application can need")
		}
		return ""
	case v == nil:
		return d.refs.variable(name, at, false)
	}
	v.used = true
	return d.given(v)
}

// given is the value of a variable of .env as it may be written.
func (d *draft) given(v *variable) string {
	if secret(v.name, v.value) {
		return d.refs.variable(v.name, v.at, true)
	}
	return v.value
}

// leadingName is the name that a text begins with (POSIX, XBD 3.216).
func leadingName(text string) string {
	end := 0
	for end < len(text) && (text[end] == '_' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z' || end > 0 && text[end] >= '0' && text[end] <= '9') {
		end++
	}
	return text[:end]
}
