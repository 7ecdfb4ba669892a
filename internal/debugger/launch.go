package debugger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

// ErrLaunch is of a launch.json that is not what editors read.
var ErrLaunch = errors.New("it is no object with a list of configurations")

// Write is Launch for a file whose text was read, or is empty where there is none. It is written whole or not at all.
func Write(path string, text []byte, s Session, service string) error {
	made, err := Launch(text, s, service)
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the file is replaced, not the link to it
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, made, mode)
}

// entry is how an editor attaches to a session: the members in order, as JSON.
func (s Session) entry(service string) []member {
	begin := []member{{"name", "Banyan: " + service}}
	host, port := member{"host", loopback}, member{"port", s.Port}
	attach := member{"request", "attach"}
	switch s.Language {
	case Go:
		return slices.Concat(begin, []member{{"type", "go"}, attach, {"mode", "remote"}, host, port})
	case Node:
		return slices.Concat(begin, []member{{"type", "node"}, attach, {"address", loopback}, port, {"restart", true}})
	case Python:
		return slices.Concat(begin, []member{{"type", "debugpy"}, attach, {"connect", map[string]any{"host": loopback, "port": s.Port}}})
	}
	return slices.Concat(begin, []member{{"type", "java"}, attach, {"hostName", loopback}, port})
}

type member struct {
	key   string
	value any
}

// Launch adds how an editor attaches to a session of a service to a launch.json, or replaces what an earlier one added; everything else
// stays as it is, comments included. text is empty when there is no file yet. The error is ErrLaunch, or says where it is no JSON.
func Launch(text []byte, s Session, service string) ([]byte, error) {
	if strings.TrimSpace(string(text)) == "" {
		return []byte("{\n  \"version\": \"0.2.0\",\n  \"configurations\": [\n" + drawn(s.entry(service), "    ") + "\n  ]\n}\n"), nil
	}
	root, err := parse(string(text))
	if err != nil {
		return nil, err
	}
	if root.kind != '{' {
		return nil, ErrLaunch
	}
	list := root.member("configurations")
	switch {
	case list == nil:
		return insertList(string(text), root, drawn(s.entry(service), "    ")), nil
	case list.kind != '[':
		return nil, ErrLaunch
	}
	for _, one := range list.items {
		if name := one.member("name"); name != nil && name.text == "Banyan: "+service {
			indent := indentAt(string(text), one.begin)
			return []byte(string(text[:one.begin]) + strings.TrimLeft(drawn(s.entry(service), indent), " \t") + string(text[one.end:])), nil
		}
	}
	return insertItem(string(text), list, s.entry(service)), nil
}

// drawn is an entry over several lines, each begun with the indent.
func drawn(entry []member, indent string) string {
	var b strings.Builder
	b.WriteString(indent + "{\n")
	for i, m := range entry {
		value, err := json.Marshal(m.value)
		if err != nil {
			value = []byte("null") // plain values have a text
		}
		comma := ","
		if i == len(entry)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "%s  %q: %s%s\n", indent, m.key, value, comma)
	}
	b.WriteString(indent + "}")
	return b.String()
}

// insertList gives an object its list, as the first member.
func insertList(text string, root *value, entry string) []byte {
	comma := ","
	if len(root.members) == 0 {
		comma = ""
	}
	return []byte(text[:root.begin+1] + "\n  \"configurations\": [\n" + entry + "\n  ]" + comma + text[root.begin+1:])
}

// insertItem adds an item behind the last one and behind what is said of that on its line. A comma that ends the list stays at its end.
func insertItem(text string, list *value, entry []member) []byte {
	if len(list.items) == 0 {
		outer := indentAt(text, list.begin)
		return []byte(text[:list.begin+1] + "\n" + drawn(entry, outer+"  ") + text[list.begin+1:list.end-1] + "\n" + outer + text[list.end-1:])
	}
	last := list.items[len(list.items)-1]
	item := "\n" + drawn(entry, indentAt(text, last.begin))
	if list.comma > 0 {
		at := remarked(text, list.comma+1)
		return []byte(text[:at] + item + "," + text[at:])
	}
	at := remarked(text, last.end)
	return []byte(text[:last.end] + "," + text[last.end:at] + item + text[at:])
}

// remark is a comment that ends its line, which it leaves out.
var remark = regexp.MustCompile(`^[ \t]*(//[^\r\n]*|/\*([^*\r\n]|\*[^/\r\n])*\*/)[ \t]*(\r?\n)`)

// remarked is the offset behind a comment that stands behind an offset on the same line, or the offset itself.
func remarked(text string, offset int) int {
	if at := remark.FindStringSubmatchIndex(text[offset:]); at != nil {
		return offset + at[6]
	}
	return offset
}

// indentAt is the white space with which the line of an offset begins.
func indentAt(text string, offset int) string {
	begin := strings.LastIndexByte(text[:offset], '\n') + 1
	return text[begin : begin+len(text[begin:])-len(strings.TrimLeft(text[begin:], " \t"))]
}
