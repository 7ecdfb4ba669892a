package dotenv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestParse(t *testing.T) {
	for _, row := range []struct {
		says, text, want string
	}{
		{"a name and a value", "A=1\n", `A="1"@1:1`},
		{"blanks, comments and export", "\n# all\n  export A = 1 # why\nB=x#y\n", `A="1"@3:3 B="x#y"@4:1`},
		{"an empty value is one", "A=\nB=''", `A=""@1:1 B=""@2:1`},
		{"double quotes have escapes", `A="a\tb \"c\" # d"`, `A="a\tb \"c\" # d"@1:1`},
		{"single quotes have none", `A='a\tb $X'`, `A="a\\tb $X"@1:1`},
		{"a value over lines", "A=\"one\ntwo\"\nB=2", `A="one\ntwo"@1:1 B="2"@3:1`},
		{"the end of a Windows line is none of the value", "A=1\r\nB=2\r\n", `A="1"@1:1 B="2"@2:1`},
		{"a line that is none", "A=1\nnot one\nB=2", `A="1"@1:1 B="2"@3:1 BYN-1009@2:1`},
		{"a quote that stays open", "A=\"1\nB=2", `B="2"@2:1 BYN-1005@1:1`},
		{"a value that goes on after its quote is not cut short", "A=\"one\ntwo\"s\nB=2\nC='x' # why\n", `B="2"@3:1 C="x"@4:1 BYN-1005@1:1`},
		{"a name without a value", "A\nB=1", `A unset@1:1 B="1"@2:1`},
		{"a byte order mark", "\ufeffA=1", `A="1"@1:1`},
		{"what is no text", "A=\xff", `BYN-1005@1:1`},
	} {
		t.Run(row.says, func(t *testing.T) {
			lines, found := Parse(".env", row.text)
			var got []string
			for _, l := range lines {
				value := fmt.Sprintf("=%q", l.Value)
				if l.Unset {
					value = " unset"
				}
				got = append(got, fmt.Sprintf("%s%s@%d:%d", l.Name, value, l.At.Line, l.At.Column))
			}
			for _, d := range found {
				got = append(got, fmt.Sprintf("%s@%d:%d", d.Code, d.At.Line, d.At.Column))
			}
			if text := strings.Join(got, " "); text != row.want {
				t.Errorf("it is %s, want %s", text, row.want)
			}
		})
	}
}

func TestExpanded(t *testing.T) {
	known := map[string]string{"HOST": "db", "EMPTY": ""}
	find := func(name string) (string, bool) { v, is := known[name]; return v, is }
	for _, row := range []struct{ says, text, want, unknown string }{
		{"a reference", "A=http://${HOST}/x", "http://db/x", ""},
		{"a default, where nothing or an empty text is", "A=${PORT:-5432}${EMPTY:-e}", "5432e", ""},
		{"an unknown one is told", "A=${NONE}${OTHER}", "${NONE}${OTHER}", "NONE"},
		{"an empty one is known", "A=[${EMPTY}]", "[]", ""},
		{"other dollars are dollars", "A=pa$$w0rd$HOST", "pa$$w0rd$HOST", ""},
		{"a backslash in double quotes protects a dollar", `A="it's \${HOST} of ${HOST}"`, "it's ${HOST} of db", ""},
		{"a backslash that is protected protects none", `A="\\${HOST}"`, `\db`, ""},
		{"single quotes hold what stands there", "A='${HOST}'", "${HOST}", ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			lines, _ := Parse(".env", row.text)
			if value, unknown := lines[0].Expanded(find); value != row.want || unknown != row.unknown {
				t.Errorf("it is %q (%s), want %q", value, unknown, row.want)
			}
		})
	}
}

// Every line is a variable, a refusal, or nothing; places lie within the text, and no refusal repeats what stands there.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"A=1\n", "export B='x\ny'\n#c\n", "A=\"\\", "=", "\ufeff\r\n", "A=${B:-${C}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, found := Parse(".env", text)
		count := strings.Count(text, "\n") + 1
		check := func(at diag.Position) {
			if at.Line < 1 || at.Line > count || at.Column < 1 {
				t.Fatalf("%v lies outside of %d lines", at, count)
			}
		}
		for _, l := range lines {
			check(l.At)
			l.Expanded(func(string) (string, bool) { return "", false })
		}
		for _, d := range found {
			check(d.At)
		}
	})
}
