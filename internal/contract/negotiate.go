package contract

import (
	"errors"
	"strconv"
	"strings"
)

var errNoExample = errors.New("write an example beside the schema")

// preference is what a client wishes by Prefer (RFC 7240), in the words of other mocks: code=404, example=empty.
type preference struct{ code, example string }

func preferences(values []string) preference {
	var p preference
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(strings.TrimSpace(part), "=")
			text = strings.Trim(strings.TrimSpace(text), `"`)
			switch name = strings.ToLower(strings.TrimSpace(name)); {
			case name == "code" && isStatus(text) && text != "default" && !strings.ContainsAny(text, "xX"):
				p.code = text
			case name == "example":
				p.example = text
			}
		}
	}
	return p
}

// negotiate chooses among the declared media types by Accept (RFC 9110 §12.5.1): the one with the highest weight, of those JSON, of
// those the first. None when Accept takes none.
func (d *Document) negotiate(content node, accept []string) (string, node) {
	ranges := mediaRanges(accept)
	name, chosen, best := "", none, 0.0
	for key, media := range content.entries {
		q := weight(ranges, bare(key.Value))
		if isJSON(key.Value) {
			q *= 1.0001 // of equal ones
		}
		if q > best && sendable(key.Value) {
			name, chosen, best = key.Value, media, q
		}
	}
	if strings.Contains(name, "*") { // a range is no type: JSON is what every client of a mock reads
		name = "application/json"
	}
	return name, d.follow(chosen)
}

func sendable(kind string) bool {
	return kind != "" && !strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// mediaRange is one entry of Accept.
type mediaRange struct {
	kind   string
	weight float64
}

func mediaRanges(accept []string) []mediaRange {
	var all []mediaRange
	for _, value := range accept {
		for part := range strings.SplitSeq(value, ",") {
			kind, parameters, _ := strings.Cut(part, ";")
			one := mediaRange{strings.ToLower(strings.TrimSpace(kind)), 1}
			for parameter := range strings.SplitSeq(parameters, ";") {
				name, text, _ := strings.Cut(strings.TrimSpace(parameter), "=")
				if q, err := strconv.ParseFloat(text, 64); strings.EqualFold(name, "q") && err == nil && q >= 0 && q <= 1 {
					one.weight = q
				}
			}
			if one.kind != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// weight is that of the most exact range that a type fits; 1 where nothing was said.
func weight(ranges []mediaRange, kind string) float64 {
	if len(ranges) == 0 {
		return 1
	}
	group, _, _ := strings.Cut(kind, "/")
	found := 0.0
	exact := -1
	for _, r := range ranges {
		how := -1
		switch r.kind {
		case kind:
			how = 2
		case group + "/*":
			how = 1
		case "*/*":
			how = 0
		}
		// A declared range is fitted by each type in it.
		if declared, any := strings.CutSuffix(kind, "*"); how < 0 && any && (declared == "*/" || strings.HasPrefix(r.kind, declared)) {
			how = 1
		}
		if how > exact {
			found, exact = r.weight, how
		}
	}
	return found
}

// bare is a media type without its parameters.
func bare(kind string) string {
	kind, _, _ = strings.Cut(kind, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

func isJSON(kind string) bool {
	kind = bare(kind)
	return kind == "application/json" || strings.HasSuffix(kind, "+json") || kind == "*/*" || kind == "application/*"
}
