package starter

import (
	"errors"
	"strings"
	"testing"
)

func nodeTemplate(t testing.TB) Template {
	t.Helper()
	template, err := Choose("node")
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// entry is what the template adds, with its name at a column.
func entry(indent int) string {
	at, below := strings.Repeat(" ", indent), strings.Repeat(" ", 2*indent)
	return at + "new:\n" + below + "dir: ./new\n" + below + "run: node server.js\n" + below + "contract: ./new/openapi.yaml\n" + below + "health: /healthz\n" + below + "watch: true\n"
}

func TestInsert(t *testing.T) {
	for _, c := range []struct{ about, before, after string }{
		{"after the last service, before the next noun and its comment",
			"banyan: 1\nservices:\n  a:\n    run: x   # why\n\n# All that others run.\nexternal:\n  e: {url: http://e}\n",
			"banyan: 1\nservices:\n  a:\n    run: x   # why\n\n" + entry(2) + "\n# All that others run.\nexternal:\n  e: {url: http://e}\n"},
		{"short services stay close to each other",
			"services:\n  a: {run: x}\n  b: {run: y}\n",
			"services:\n  a: {run: x}\n  b: {run: y}\n" + entry(2)},
		{"services with an empty line between them keep it",
			"services:\n  a:\n    run: x\n\n  # The other.\n  b:\n    run: y\n",
			"services:\n  a:\n    run: x\n\n  # The other.\n  b:\n    run: y\n\n" + entry(2)},
		{"the width of the steps is that of the file",
			"services:\n    a: {run: x}\n    b: {run: y}\n",
			"services:\n    a: {run: x}\n    b: {run: y}\n" + entry(4)},
		{"without services they are begun at the end",
			"banyan: 1\napp: x\n# The end.\n",
			"banyan: 1\napp: x\n\nservices:\n" + entry(2) + "# The end.\n"},
		{"an empty key gets its first one",
			"services:   # none yet\nexternal:\n",
			"services:   # none yet\n" + entry(2) + "external:\n"},
		{"a comment within the block stays with the service that it ends",
			"services:\n  a: {run: x}\n  # b was here\nexternal:\n",
			"services:\n  a: {run: x}\n  # b was here\n\n" + entry(2) + "external:\n"},
		{"a last line without an end gets one",
			"services:\n  a: {run: x}\n  b: {run: y}",
			"services:\n  a: {run: x}\n  b: {run: y}\n" + entry(2)},
		{"line ends stay those of the file",
			"services:\r\n  a: {run: x}\r\n  b: {run: y}\r\n",
			strings.ReplaceAll("services:\n  a: {run: x}\n  b: {run: y}\n"+entry(2), "\n", "\r\n")},
		{"those of a last line that has none too",
			"services:\r\n  a: {run: x}\r\n  b: {run: y}",
			strings.ReplaceAll("services:\n  a: {run: x}\n  b: {run: y}\n"+entry(2), "\n", "\r\n")},
		{"a script of several lines is not cut",
			"services:\n  a:\n    run:\n      - sh\n      - -c\n      - |\n        # begin\n        exec x\n\nexternal:\n",
			"services:\n  a:\n    run:\n      - sh\n      - -c\n      - |\n        # begin\n        exec x\n\n" + entry(2) + "\nexternal:\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			got, line, err := Insert([]byte(c.before), nodeTemplate(t), "new")
			if err != nil || string(got) != c.after {
				t.Fatalf("%v\n%s\nis wanted, and there is\n%s", err, c.after, got)
			}
			if lines := strings.Split(string(got), "\n"); strings.TrimSpace(lines[line-1]) != "new:" {
				t.Errorf("line %d is %q", line, lines[line-1])
			}
		})
	}
}

func TestInsertRefuses(t *testing.T) {
	for _, c := range []struct {
		about, text string
		want        error
	}{
		{"services in braces", "services: {a: {run: x}}\n", ErrNoPlace},
		{"a file in braces", "{banyan: 1, services: {a: {run: x}}}\n", ErrNoPlace},
		{"services by reference", "x: &s\n  a: {run: x}\nservices: *s\n", ErrNoPlace},
		{"a list", "- a\n", ErrNoPlace},
		{"an empty file", "", ErrNoPlace},
		{"a name that is there", "services:\n  new: {run: x}\n", ErrDeclared},
		{"text kept with its empty lines, whose value would change", "services:\n  a:\n    run: |+\n      x\n\n\n", ErrNoPlace},
	} {
		if _, _, err := Insert([]byte(c.text), nodeTemplate(t), "new"); !errors.Is(err, c.want) {
			t.Errorf("%s: the error is %v", c.about, err)
		}
	}
	if _, _, err := Insert([]byte("a: [\n"), nodeTemplate(t), "new"); err == nil {
		t.Error("what is no YAML was taken")
	}
}

// FuzzInsertKeepsWhatIsThere: whatever the file, the lines of it are all still there, in their order, and nothing but the entry is new.
func FuzzInsertKeepsWhatIsThere(f *testing.F) {
	for _, seed := range []string{
		"services:\n  a: {run: x}\n", "banyan: 1\n", "services:\n", "---\nservices:\n  a: |+\n    x\n\n...\n", "a: \"\n\"\n", "services:\r\n  a:\r\n",
		"? services\n: a: 1\n", "services: !!map\n  a: b\n", "services:\n- a\n", "\ufeffservices:\n  a: b\n", "0:\r\n 0", "services: &x\n  a: *x\n",
	} {
		f.Add(seed)
	}
	template := nodeTemplate(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, line, err := Insert([]byte(text), template, "new")
		if err != nil {
			return
		}
		was, is := strings.Split(text, "\n"), strings.Split(string(got), "\n")
		if line < 1 || line > len(is) || strings.TrimSpace(is[line-1]) != "new:" {
			t.Fatalf("line %d does not hold the service in\n%s", line, got)
		}
		at := 0
		for _, l := range is {
			// A last line without an end gets the one that the file has.
			if at < len(was) && (l == was[at] || at == len(was)-1 && strings.TrimSuffix(l, "\r") == was[at]) {
				at++
			}
		}
		if at < len(was) && (at != len(was)-1 || was[at] != "") {
			t.Fatalf("line %q of\n%s\nis gone in\n%s", was[at], text, got)
		}
	})
}
