package spec

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/expr"
)

// maxFiles bounds how many files one application may have.
const maxFiles = 200

// tree is the application's tree with includes joined and overlays merged; nil when its file cannot be read.
func (l *loader) tree() *node {
	root := l.open(l.file, origin{})
	if root == nil {
		return nil
	}
	if name := root.get("app"); name != nil && name.form == text {
		l.exprs.app = name.text
	}
	base := l.included(root)
	base = l.overlaid(base)
	return l.local(base)
}

// open reads and parses one file and checks nothing. An error about the file itself stands where it was named.
func (l *loader) open(path string, named origin) *node {
	shown := l.name(path)
	text, err := read(path)
	f := newFile(path, text, shown)
	l.files[path], l.byName[shown] = f, f
	if err != nil {
		code, hint := diag.FileUnreadable, "check the path, which is relative to the file that names it, and its permissions"
		if errors.Is(err, errTooLarge) {
			code, hint = diag.TooLarge, "split it with include"
		}
		d := diag.At(diag.Position{File: shown}, code, "%s cannot be read: %s", shown, because(err)).WithHint("%s", hint)
		if named.file != nil {
			d.At, d.Width = named.position(), named.width
		}
		l.found.Add(d)
		return nil
	}
	n, found := parse(f)
	l.found = append(l.found, found...)
	if n == nil {
		return nil
	}
	if l.size += n.size; l.size > maxNodes {
		l.found.Add(tooLarge(f.start(), "the files together hold more than %d values", maxNodes))
		return nil
	}
	if n.form != table {
		l.found.Add(refuse(n.at, diag.WrongType, "the file is %s, not a map", n.form.says()).WithHint("begin it with banyan: 1 and app: a name"))
		return nil
	}
	return n
}

// name is a path as people are shown it: relative to the application's folder.
func (l *loader) name(path string) string {
	if relative, err := filepath.Rel(l.root, path); err == nil {
		return filepath.ToSlash(relative)
	}
	return path
}

// included checks a file's tree and joins what it includes to it.
func (l *loader) included(n *node) *node {
	checker{found: &l.found, exprs: l.exprs}.noun(n, &appNoun)
	l.stack = append(l.stack, n.at.file.path)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	joined := n.without("include", "$schema")
	e, _ := n.find("include")
	for _, named := range includes(e.value) {
		if inner := l.include(named, n.at.file.folder); inner != nil {
			joined = join(joined, inner, "", &l.found)
		}
	}
	return joined
}

// includes are the paths that include names, with their places; those of a wrong form were reported.
func includes(n *node) []*node {
	switch {
	case n == nil:
		return nil
	case n.form == text:
		return []*node{n}
	case n.form == list:
		return slices.DeleteFunc(slices.Clone(n.items), func(item *node) bool { return item.form != text })
	}
	return nil
}

func (l *loader) include(named *node, folder string) *node {
	if expr.Has(named.text) || strings.TrimSpace(named.text) == "" {
		return nil // reported
	}
	path := filepath.FromSlash(named.text)
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	path = filepath.Clean(path)
	if real, err := filepath.EvalSymlinks(path); err == nil && slices.Contains(l.stack, real) {
		path = real
	}
	switch at := slices.Index(l.stack, path); {
	case at >= 0:
		var names []string
		for _, p := range append(slices.Clone(l.stack[at:]), path) {
			names = append(names, l.name(p))
		}
		l.found.Add(refuse(named.at, diag.BadValue, "include goes in a circle: %s", strings.Join(names, " includes ")).WithHint("remove one of them"))
		return nil
	case l.files[path] != nil:
		l.found.Add(refuse(named.at, diag.DuplicateName, "%s is included twice", l.name(path)).WithHint("remove one"))
		return nil
	case len(l.files) >= maxFiles:
		l.found.Add(refuse(named.at, diag.TooLarge, "the application has more than %d files", maxFiles).WithHint("join some of them"))
		return nil
	}
	n := l.open(path, named.at)
	if n == nil {
		return nil
	}
	return l.included(n)
}

// overlaid merges the environment's overlay, and judges those of the others.
func (l *loader) overlaid(base *node) *node {
	all, _ := base.find("environments")
	base = base.without("environments")
	merged, applied, ground := base, false, groundOf(base)
	for _, e := range all.value.entries() {
		mine := e.key == l.environment
		applied = applied || mine
		if e.value.form != table {
			continue
		}
		over := l.fitting(ground, e.value, "environment "+e.key, mine)
		if mine {
			merged = merge(base, over.stamp("environment "+e.key))
		}
	}
	if !applied && l.environment != defaultEnvironment {
		l.found.Add(l.noEnvironment(all))
	}
	return merged
}

func (l *loader) noEnvironment(all entry) diag.Diagnostic {
	var names []string
	if all.value != nil {
		for _, e := range all.value.keys {
			names = append(names, e.key)
		}
	}
	at := origin{file: l.files[l.file], line: 1, column: 1, width: 1}
	if all.at.file != nil {
		at = all.at
	}
	d := refuse(at, diag.BadValue, "the file has no environment %q", l.environment)
	if near := nearest(l.environment, names); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	return d.WithHint("declare it under environments, or use %s", strings.Join(append(names, defaultEnvironment), " or "))
}

// local merges banyan.local.yaml, which is of this machine: it lies over the environment local only, so that what one person
// changed reaches no other environment.
func (l *loader) local(base *node) *node {
	if l.environment != defaultEnvironment {
		return base
	}
	path := filepath.Join(l.root, localName)
	if _, err := read(path); errors.Is(err, fs.ErrNotExist) {
		l.files[path] = newFile(path, nil, localName)
		return base
	}
	n := l.open(path, origin{})
	if n == nil {
		return base
	}
	checker{found: &l.found, exprs: l.exprs, overlay: true, within: context{environment: true}}.noun(n, &environmentNoun)
	return merge(base, l.fitting(groundOf(base), n.without("$schema"), localName, true).stamp(localName))
}

// without is the map without some keys.
func (n *node) without(keys ...string) *node {
	c := *n
	c.keys = slices.DeleteFunc(slices.Clone(n.keys), func(e entry) bool { return slices.Contains(keys, e.key) })
	return &c
}
