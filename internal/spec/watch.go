package spec

import "github.com/banyan-run/banyan/internal/graph"

var watchNoun = noun{
	name: "watch", says: "watch",
	keys: []key{
		{name: "paths", doc: "The files that count, as patterns relative to dir; all that git does not ignore when it is not given.", shape: &words, example: "[\"**/*.go\"]"},
		{name: "ignore", doc: "Files that do not count, as lines of a .gitignore.", shape: &words, example: "[testdata/]"},
	},
}

var watches = shape{
	says: "true or false", forms: []form{flag}, parse: parseFlag, kind: "boolean",
	or: &shape{says: "a map", noun: &watchNoun},
}

func (s scope) watch() graph.Watch {
	w := graph.Watch{At: s.at.position()}
	if in, long := s.table("watch"); long {
		w.On, w.At = true, in.at.position()
		for _, p := range in.list("paths") {
			w.Paths = append(w.Paths, p.text)
		}
		for _, p := range in.list("ignore") {
			w.Ignore = append(w.Ignore, p.text)
		}
		return w
	}
	on, at := valueOf[bool](s, "watch")
	w.On, w.At = on, at.position()
	return w
}
