package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
)

// Nothing is dropped in silence: when a key of the input is taken away, the file that is written or the report changes. Only what lies
// below a key that the report names as skipped may come and go.
func TestEveryKeyIsUsedOrReported(t *testing.T) {
	for _, folder := range apps(t) {
		for _, name := range composeNames {
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				continue
			}
			t.Run(filepath.Base(folder), func(t *testing.T) {
				var document yaml.Node
				if err := yaml.Unmarshal(text, &document); err != nil {
					t.Fatal(err)
				}
				k := keys{t: t, folder: folder, name: name, document: &document}
				k.skipped = imported(t, folder).Report.Of(Skipped)
				k.before = k.print()
				k.walk(document.Content[0], "")
				if k.tried < 10 {
					t.Fatalf("%d keys were tried only", k.tried)
				}
			})
		}
	}
}

// again are the keys of the corpus that say once more what another says, or what holds anyway.
var again = map[string]bool{
	"wordpress version": true, "elk version": true, "legacy version": true, // the specification of today ignores it
	"legacy services.Legacy_API.build.target":        true, // the last stage differs in its CMD alone, which command replaces
	"boutique services.frontend.ports.protocol":      true, // tcp is what a port has
	"boutique services.frontend.depends_on":          true, // variables name all of them
	"elk services.shipper.depends_on":                true,
	"boutique services.productcatalogservice.expose": true, // so does the Dockerfile
	"boutique services.currencyservice.expose":       true,
	"rails services.web.env_file":                    true, // it is .env, which every service gets
}

type keys struct {
	t            *testing.T
	folder, name string
	document     *yaml.Node
	skipped      []Note
	before       string
	tried        int
}

func (k *keys) walk(n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			k.walk(item, path)
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if slices.ContainsFunc(k.skipped, func(note Note) bool { return note.Key == at && note.At.Line == key.Line }) {
			continue
		}
		whole := n.Content
		n.Content = slices.Delete(slices.Clone(whole), i, i+2)
		after := k.print()
		n.Content = whole
		if k.tried++; after == k.before && !again[filepath.Base(k.folder)+" "+at] {
			k.t.Errorf("line %d: %s was taken away, and neither the file nor the report changed", key.Line, at)
		}
		k.walk(value, at)
	}
}

// print is what is written and reported, without the places, which move when a line goes.
func (k *keys) print() string {
	text, err := yaml.Marshal(k.document)
	if err != nil {
		k.t.Fatal(err)
	}
	changed := fstest.MapFS{}
	if err := filepath.WalkDir(k.folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(k.folder, path)
		changed[filepath.ToSlash(name)] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		k.t.Fatal(err)
	}
	changed[k.name].Data = text
	result, found := Import(Options{Folder: changed, App: "app"})
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", result.Text, found)
	for _, n := range result.Report.Notes {
		fmt.Fprintln(&b, n.Sort, n.Key, n.Why)
	}
	for _, n := range result.Report.Needs {
		fmt.Fprintln(&b, n.Name, n.Given)
	}
	return b.String()
}
