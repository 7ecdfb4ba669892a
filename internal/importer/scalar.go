package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// plainScalar needs no quotes in YAML, in a flow collection neither, and is text whatever schema reads it.
var (
	plainScalar = regexp.MustCompile(`^[A-Za-z_./][A-Za-z0-9_./@%+=~$-]*([ :][A-Za-z0-9_./@%+=~$-]+)*$`)
	plainNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})$`)
	// Times and addresses begin with a digit, and no schema takes them for numbers.
	plainTime    = regexp.MustCompile(`^([0-9]{1,9}(ms|s|m|h|d))+$`)
	plainAddress = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?$`)
)

// typed are words that YAML 1.1 or 1.2 takes for something else than text.
var typed = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".inf", ".nan", "."}

// quote writes a text as a YAML scalar of one line that reads back as the same text.
func quote(text string) string {
	lower := strings.ToLower(text)
	if plainTime.MatchString(text) || plainAddress.MatchString(text) {
		return text
	}
	numeric := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789.eE_+-", r) }) < 0
	if plainScalar.MatchString(text) && !numeric && !slices.Contains(typed, lower) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// loose is quote where a number or a flag is taken as it is written: in a variable.
func loose(text string) string {
	if plainNumber.MatchString(text) || text == "true" || text == "false" {
		return text
	}
	return quote(text)
}

// reserved words cannot be named after a dot (CEL's grammar, RESERVED and literals).
var reserved = []string{
	"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
	"return", "var", "void", "while",
}

// value is a text of the input as a value of banyan.yaml: its own ${ is a literal, and its runes are expressions.
func (d *draft) value(text string) string { return quote(d.template(text)) }

// template is a text with expressions for its runes.
func (d *draft) template(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "${", "$${") {
		if !isRef(r) {
			b.WriteRune(r)
			continue
		}
		d.refs.wrote(r)
		name := d.refs.named(r)
		switch {
		case slices.Contains(reserved, name) || !shellName.MatchString(name):
			b.WriteString(`${env["` + name + `"]}`)
		default:
			b.WriteString("${env." + name + "}")
		}
	}
	return b.String()
}

// comment is a text that fits behind a #.
func (d *draft) comment(text string) string { return printable(d.refs.plain(text)) }
