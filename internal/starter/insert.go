package starter

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	// ErrNoPlace is of a file in which an entry cannot be inserted without writing other lines anew.
	ErrNoPlace = errors.New("its services are not written as a block")
	// ErrDeclared is of a service that is there already.
	ErrDeclared = errors.New("it is declared already")
)

// Insert adds a service to banyan.yaml and returns the new text and the line at which the service stands, from 1. All other lines stay
// as they are, byte for byte. The error is ErrNoPlace or ErrDeclared, or says what is no YAML.
func Insert(text []byte, t Template, name string) (changed []byte, line int, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, 0, fmt.Errorf("reading banyan.yaml: %w", err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode || document.Content[0].Style&yaml.FlowStyle != 0 {
		return nil, 0, ErrNoPlace
	}
	at, err := placeOf(document.Content[0], strings.Split(string(text), "\n"), name)
	if err != nil {
		return nil, 0, err
	}
	changed = at.put(text, t, name)
	if !onlyAdded(text, changed, name) {
		return nil, 0, ErrNoPlace
	}
	return changed, at.line + strings.Count(at.before, "\n") + 1, nil
}

// spot is where an entry goes: after so many lines, at a column, and what stands before it.
type spot struct {
	line, indent int
	before       string
}

// placeOf finds the end of the services, or the end of the file where there are none.
func placeOf(root *yaml.Node, lines []string, name string) (spot, error) {
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Value != "services" {
			continue
		}
		end := len(lines)
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		return within(value, key, trimmed(lines, key.Line, end), name)
	}
	return spot{line: trimmed(lines, 0, len(lines)), indent: 2, before: "\nservices:\n"}, nil
}

// within is the place after the last of the services; end is the number of lines up to there.
func within(services, key *yaml.Node, end int, name string) (spot, error) {
	switch {
	case services.Kind == yaml.ScalarNode && services.Tag == "!!null" && services.Value == "" && services.Anchor == "":
		return spot{line: key.Line, indent: key.Column + 1}, nil
	case services.Kind != yaml.MappingNode || services.Style&yaml.FlowStyle != 0 || len(services.Content) == 0:
		return spot{}, ErrNoPlace
	}
	for i := 0; i < len(services.Content); i += 2 {
		if services.Content[i].Value == name {
			return spot{}, fmt.Errorf("%w, in line %d", ErrDeclared, services.Content[i].Line)
		}
	}
	return spot{line: end, indent: services.Content[0].Column - 1, before: gap(services, end)}, nil
}

// gap is an empty line where the services are parted by such.
func gap(services *yaml.Node, end int) string {
	last := services.Content[len(services.Content)-2]
	if len(services.Content) > 2 {
		previous := services.Content[len(services.Content)-3]
		if deepest(previous) < last.Line-1-strings.Count(last.HeadComment, "\n")-min(len(last.HeadComment), 1) {
			return "\n"
		}
		return ""
	}
	if end > last.Line {
		return "\n" // one service of several lines: the next one stands apart
	}
	return ""
}

// deepest is the last line on which something of a value begins.
func deepest(n *yaml.Node) int {
	line := n.Line
	for _, child := range n.Content {
		line = max(line, deepest(child))
	}
	return line
}

// trimmed is the end of a block without the empty lines behind it, and without the comments at the left edge: those speak of what
// comes next.
func trimmed(lines []string, begin, end int) int {
	for end > begin {
		line := strings.TrimRight(lines[end-1], " \t\r")
		if line != "" && !strings.HasPrefix(line, "#") && line != "..." {
			break
		}
		end--
	}
	return end
}

// put inserts the entry with the line ends that the file has.
func (s spot) put(text []byte, t Template, name string) []byte {
	entry := s.before + Entry(t, name, s.indent)
	end := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		end = "\r\n"
		entry = strings.ReplaceAll(entry, "\n", end)
	}
	offset := 0
	for range s.line {
		next := bytes.IndexByte(text[offset:], '\n')
		if next < 0 { // the last line has no end
			return append(append(bytes.Clone(text), end...), entry...)
		}
		offset += next + 1
	}
	return bytes.Join([][]byte{text[:offset], text[offset:]}, []byte(entry))
}

// onlyAdded tells whether two texts mean the same but for the one service.
func onlyAdded(before, after []byte, name string) bool {
	var was, is map[string]any
	if yaml.Unmarshal(before, &was) != nil || yaml.Unmarshal(after, &is) != nil {
		return false
	}
	services, _ := is["services"].(map[string]any)
	if services[name] == nil {
		return false
	}
	delete(services, name)
	if len(services) == 0 {
		delete(is, "services")
		if was["services"] == nil {
			delete(was, "services")
		}
	}
	return reflect.DeepEqual(was, is)
}
