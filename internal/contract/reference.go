package contract

import (
	"net/url"
	"strconv"
	"strings"
)

// mostHops bounds how many references may lead one to the next.
const mostHops = 32

// follow is what a node stands for: itself, or what its $ref leads to; none when that leads nowhere.
func (d *Document) follow(n node) node {
	for hops := 0; n.get("$ref").isText(); hops++ {
		if hops == mostHops {
			return none
		}
		n = d.resolve(n.get("$ref").text())
	}
	return n
}

// resolve finds what a local reference names (RFC 6901; in a URI's fragment, §6).
func (d *Document) resolve(ref string) node {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local {
		return none
	}
	pointer, err := url.PathUnescape(pointer)
	if err != nil {
		return none
	}
	n := d.root
	if pointer == "" {
		return n
	}
	pointer, rooted := strings.CutPrefix(pointer, "/")
	if !rooted {
		return none
	}
	for part := range strings.SplitSeq(pointer, "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		if n.isList() {
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.Content) {
				return none
			}
			n = behind(n.Content[i])
			continue
		}
		if n = n.get(part); !n.there() {
			return none
		}
	}
	return n
}
