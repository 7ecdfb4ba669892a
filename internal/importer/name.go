package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
)

// The rule of names is the design's (§3).
var nameFits = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)

const maxName = 40

// mended is the nearest name that fits, "" when nothing is left of it.
func mended(name string) string {
	near := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '_' || r == ' ' || r == '.' || r == '/':
			return '-'
		}
		return -1
	}, name)
	near = strings.TrimLeft(near, "-0123456789")
	near = strings.TrimRight(near[:min(len(near), maxName)], "-")
	if !nameFits.MatchString(near) {
		return ""
	}
	return near
}

// name gives the application its name: the input's, else the one that was proposed.
func (d *draft) name(proposed string) {
	for _, name := range []string{d.app, proposed, "app"} {
		if has(name, isRef) {
			continue
		}
		if d.app = mended(name); d.app != "" {
			return
		}
	}
}

// rename gives every service a name that fits and that no other has.
func (d *draft) rename() {
	taken := []string{"", graph.Gateway, graph.Banyan, graph.Platform, graph.Operator}
	for _, s := range d.services {
		if s.name = mended(s.was); s.name == s.was && !slices.Contains(taken, s.name) {
			taken = append(taken, s.name)
		} else {
			s.name = ""
		}
	}
	for _, s := range d.services {
		if s.name != "" {
			continue
		}
		base := mended(s.was)
		if base == "" {
			base = "service"
		}
		s.name = base
		for n := 2; slices.Contains(taken, s.name); n++ {
			suffix := "-" + strconv.Itoa(n)
			if slices.Contains(taken[:5], base) {
				suffix = strings.Repeat("-service", 1) + strings.Repeat(suffix, min(n-2, 1))
			}
			s.name = strings.TrimRight(base[:min(len(base), maxName-len(suffix))], "-") + suffix
		}
		taken = append(taken, s.name)
		d.note(s.at, Changed, s.was, "it is named "+s.name+": a name is lower-case letters, digits and dashes, is nobody else's, and "+
			strings.Join(taken[1:5], ", ")+" are reserved")
	}
}
