package debugger

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const entryOfOrders = `{
      "name": "Banyan: orders",
      "type": "node",
      "request": "attach",
      "address": "127.0.0.1",
      "port": 21000,
      "restart": true
    }`

var orders = Session{Language: Node, Port: 21000}

func TestLaunchKeepsWhatIsThere(t *testing.T) {
	for _, c := range []struct{ about, before, after string }{
		{"a new file", "", "{\n  \"version\": \"0.2.0\",\n  \"configurations\": [\n    ENTRY\n  ]\n}\n"},
		{"behind the last one, with comments around",
			"// mine\n{\n  \"configurations\": [\n    {\"name\": \"a\"} // the first\n  ]\n}\n",
			"// mine\n{\n  \"configurations\": [\n    {\"name\": \"a\"}, // the first\n    ENTRY\n  ]\n}\n"},
		{"a comma that ends the list stays at its end",
			"{\n  \"configurations\": [\n    {\"name\": \"a\"}, /* x */\n  ],\n}\n",
			"{\n  \"configurations\": [\n    {\"name\": \"a\"}, /* x */\n    ENTRY,\n  ],\n}\n"},
		{"into an empty list", "{\n  \"configurations\": []\n}\n", "{\n  \"configurations\": [\n    ENTRY\n  ]\n}\n"},
		{"a list that is missing", "{\n  // none yet\n  \"version\": \"0.2.0\"\n}\n",
			"{\n  \"configurations\": [\n    ENTRY\n  ],\n  // none yet\n  \"version\": \"0.2.0\"\n}\n"},
		{"an earlier one is replaced, and what is around it stays",
			"{\n  \"configurations\": [\n    {\"name\": \"a\"},\n    {\"name\": \"Banyan: orders\", \"port\": 1 /* old */}, // ours\n    {\"name\": \"b\"}\n  ]\n}\n",
			"{\n  \"configurations\": [\n    {\"name\": \"a\"},\n    ENTRY, // ours\n    {\"name\": \"b\"}\n  ]\n}\n"},
		{"brackets in strings and comments are no brackets",
			"{\n  \"x\": \"]}\\\"//\", // ]}\n  \"configurations\": [\n    {\"name\": \"[{\"}\n  ]\n}\n",
			"{\n  \"x\": \"]}\\\"//\", // ]}\n  \"configurations\": [\n    {\"name\": \"[{\"},\n    ENTRY\n  ]\n}\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			got, err := Launch([]byte(c.before), orders, "orders")
			if want := strings.ReplaceAll(c.after, "ENTRY", entryOfOrders); err != nil || string(got) != want {
				t.Fatalf("%v; it is\n%s\nnot\n%s", err, got, want)
			}
			again, err := Launch(got, orders, "orders")
			if err != nil || string(again) != string(got) {
				t.Errorf("done again, it is %v\n%s", err, again)
			}
		})
	}
}

func TestLaunchRefuses(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"[]", "no object"},
		{`{"configurations": {}}`, "no object"},
		{"{\n\"a\": }", "line 2"},
		{"{\"a\": 1 \"b\": 2}", "a comma is missing"},
		{"{a: 1}", "a key without quotes"},
		{"{\"a\": 1", "not closed"},
		{"{} {}", "more than one"},
		{"{\"a\": \"x", "does not end"},
		{"/* ", "does not end"},
		{strings.Repeat("[", 200), "too deep"},
		{"[,]", "no value"},
	} {
		if got, err := Launch([]byte(c.text), orders, "orders"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s was taken: %s, %v", c.text, got, err)
		}
	}
}

func TestEachLanguageHasItsConfiguration(t *testing.T) {
	for _, name := range Languages() {
		text, err := Launch(nil, Session{Language: Language(name), Port: 21000}, "orders")
		var file struct {
			Configurations []map[string]any `json:"configurations"`
		}
		if err != nil || json.Unmarshal(text, &file) != nil || len(file.Configurations) != 1 {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if one := file.Configurations[0]; one["request"] != "attach" || one["type"] == nil || !strings.Contains(string(text), "21000") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestAFileThatCannotBeAddedToStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".vscode", "launch.json")
	if err := Write(path, nil, orders, "orders"); err != nil {
		t.Fatal(err)
	}
	broken := []byte("{ broken")
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, broken, orders, "orders"); err == nil {
		t.Error("it was added to")
	}
	if text, _ := os.ReadFile(path); string(text) != string(broken) {
		t.Errorf("it is %s", text)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("there is %v", left)
	}
}

// FuzzLaunchKeepsTheFile: what is added to can be read again, has the entry, and loses nothing that was there.
func FuzzLaunchKeepsTheFile(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "{\"configurations\": []}", "{\"configurations\": [{},]}", "// x\n{\"configurations\": [1 /* y */, {\"name\": \"Banyan: orders\"}]}",
		"\ufeff{}", "{\"configurations\":[\r\n\t{}\r\n]}", "{,}", "{\"configurations\": [], \"configurations\": [1]}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Launch([]byte(text), orders, "orders")
		if err != nil {
			return
		}
		again, err := Launch(got, orders, "orders")
		if err != nil || string(again) != string(got) {
			t.Fatalf("of %q it is %q, then %q, %v", text, got, again, err)
		}
	})
}
