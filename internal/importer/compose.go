package importer

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// maxServices bounds the services of one file.
const maxServices = 1000

// versionFits are the versions that Compose files said they had; the specification of today ignores the word, but a file of version 1
// had another layout.
var versionFits = regexp.MustCompile(`^[23](\.[0-9]+)?$`)

// compose reads a Compose file: compose-spec, "The Compose file".
func (d *draft) compose(f *file) {
	root := d.parse(f)
	if root == nil {
		return
	}
	if v := root.take("version"); v != nil && (v.value.form != scalar || !versionFits.MatchString(v.value.text)) {
		d.refuse(v.value.at, diag.BadValue, "this Banyan reads versions 2 and 3, and files without a version", "the version of the Compose file is not known")
	}
	d.app = d.word(root, "name")
	services := root.take("services")
	switch {
	case services == nil:
		d.refuse(root.at, diag.MissingKey, "a Compose file has its services below services:", "the file has no services")
		return
	case !d.is(services, table):
		return
	case len(services.value.keys) > maxServices:
		d.refuse(services.at, diag.TooLarge, "split it", "the file has more than %d services", maxServices)
		return
	}
	for _, e := range services.value.keys {
		e.used = true
		if e.value.form == nothing {
			d.note(e.at, Skipped, "services."+e.key, "it has neither build nor image")
			continue
		}
		if !d.is(e, table) {
			continue
		}
		d.services = append(d.services, d.composed(e))
	}
	for _, s := range d.services {
		d.inherit(s)
	}
}

// is refuses a value of another form.
func (d *draft) is(e *entry, want form) bool {
	if e.value.form != want {
		d.refuse(e.value.at, diag.WrongType, "write "+want.String(), "%s is %s", e.key, e.value.form)
		return false
	}
	return true
}

// word is the text of a key, "" when there is none.
func (d *draft) word(n *node, key string) string {
	e := n.take(key)
	if e == nil || !d.is(e, scalar) {
		return ""
	}
	return e.value.text
}

// words are the texts of a list, or the one text that stands for it.
func (d *draft) words(n *node, key string) []text {
	e := n.take(key)
	if e == nil {
		return nil
	}
	if e.value.form == scalar {
		return []text{{e.value.text, e.value.at}}
	}
	if !d.is(e, list) {
		return nil
	}
	return d.items(e)
}

func (d *draft) items(e *entry) []text {
	var all []text
	for _, item := range e.value.items {
		if item.form != scalar {
			d.refuse(item.at, diag.WrongType, "write one value", "an entry of %s is %s", e.key, item.form)
			continue
		}
		all = append(all, text{item.text, item.at})
	}
	return all
}

// names are the entries of a list, or the keys of a map whose details are notes only.
func (d *draft) names(n *node, key, path string) []text {
	e := n.take(key)
	if e == nil {
		return nil
	}
	if e.value.form == list {
		return d.items(e)
	}
	if !d.is(e, table) {
		return nil
	}
	var all []text
	for _, one := range e.value.keys {
		one.used = true
		all = append(all, text{one.key, one.at})
		for _, detail := range one.value.keys {
			detail.used = true
			d.note(detail.at, Skipped, join(join(join(path, key), one.key), detail.key), dependencyDetail(detail.key, detail.value.text))
		}
	}
	return all
}

func dependencyDetail(key, value string) string {
	switch {
	case key == "condition" && value == "service_completed_successfully":
		return "a service that ends is a task, which Banyan does not have yet: what waits for it starts at once"
	case key == "condition":
		return "a call to a service that is starting is held until it is ready, so nothing needs to wait"
	case key == "restart":
		return "a service that restarts does not break its callers, so they need not restart"
	}
	return "a call that is declared may fail at any time; whether the callee is needed is the caller's to decide"
}

// number reads a whole number of 0 or more.
func (d *draft) number(e *entry) (int, bool) {
	if !d.is(e, scalar) {
		return 0, false
	}
	if has(e.value.text, isRef) {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(e.value.text), 10, 31)
	if err != nil {
		d.refuse(e.value.at, diag.WrongType, "write a whole number", "%s is no whole number", e.key)
		return 0, false
	}
	return int(n), true
}

func (d *draft) numberOr(e *entry, otherwise int) int {
	if n, ok := d.number(e); ok {
		return n
	}
	d.note(e.at, Skipped, e.key, "its value is not known here")
	return otherwise
}
