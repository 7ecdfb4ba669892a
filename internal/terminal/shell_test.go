package terminal

import (
	"os/exec"
	"strings"
	"testing"
)

func TestWordsForAShellAndForDotenv(t *testing.T) {
	sh, err := exec.LookPath("sh")
	for _, row := range []struct{ says, text, shell, dotenv string }{
		{"a plain one", "abc-1", "'abc-1'", "abc-1"},
		{"nothing", "", "''", ""},
		{"a space", "a b", "'a b'", "'a b'"},
		{"what a shell would expand", "$HOME `id` \\", "'$HOME `id` \\'", "'$HOME `id` \\'"},
		{"a quote", "it's", `'it'\''s'`, `"it's"`},
		{"both quotes and a dollar", `it's "$5"`, `'it'\''s "$5"'`, `"it's \"\$5\""`},
		{"two lines", "a\nb", "'a\nb'", `"a\nb"`},
		{"a comment", "a #b", "'a #b'", "'a #b'"},
	} {
		if got := ShellWord(row.text); got != row.shell {
			t.Errorf("%s: %s, want %s", row.says, got, row.shell)
		}
		if got := DotenvValue(row.text); got != row.dotenv {
			t.Errorf("%s: %s, want %s", row.says, got, row.dotenv)
		}
		if err != nil {
			continue
		}
		out, failed := exec.CommandContext(t.Context(), sh, "-c", "export X="+ShellWord(row.text)+"; printf %s \"$X\"").Output()
		if failed != nil || string(out) != row.text {
			t.Errorf("%s: a shell reads %q as %q (%v)", row.says, ShellWord(row.text), out, failed)
		}
	}
	for name, want := range map[string]bool{"PORT": true, "services__a__http__0": true, "1A": false, "": false, "a.b": false, "A-B": false} {
		if ShellName(name) != want {
			t.Errorf("%q is a name: %v", name, !want)
		}
	}
	if !strings.HasPrefix(ShellWord("'"), "'") {
		t.Error("it is no word")
	}
}
