package spec

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

var proposed = regexp.MustCompile(`default: (.*)$`)

// What a hint proposes is put where the line is underlined, and the file passes.
func TestTheDefaultThatIsProposedCanBePastedAsTheValueIsQuoted(t *testing.T) {
	rows := []struct{ sentence, value, want string }{
		{"a value without quotes", `${env.NOPE}`, "…"},
		{"one in double quotes", `"${env.NOPE}"`, "…"},
		{"one in single quotes", `'${env.NOPE}'`, "…"},
		{"one behind an anchor", `&here '${env.NOPE}'`, "…"},
		{"within text without quotes", `at ${env.NOPE}/x`, "at …/x"},
		{"within text in double quotes", `"at \"${env.NOPE}\""`, `at "…"`},
		{"within text in single quotes", `'it''s ${env.NOPE}'`, "it's …"},
		{"in a block", "|\n        at ${env.NOPE}", "at …\n"},
		{"as a part of an expression without quotes", `${env.NOPE + "x"}`, "…x"},
		{"as a part of one in double quotes", `"${env.NOPE + 'x'}"`, "…x"},
		{"as a part of one in single quotes", `'${env.NOPE + "x"}'`, "…x"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			const head = "banyan: 1\napp: shop\nservices:\n  orders:\n    run: ./orders\n    env:\n      KEY: "
			path := filepath.Join(t.TempDir(), fileName)
			_, found := Load(Options{File: write(t, path, head+row.value+"\n")})
			if len(found) != 1 || found[0].Code != diag.BadExpression {
				t.Fatalf("found %v", found)
			}
			offered := proposed.FindStringSubmatch(found[0].Hint)
			if offered == nil {
				t.Fatalf("the hint proposes nothing: %s", found[0].Hint)
			}
			old := "env.NOPE"
			if strings.HasPrefix(offered[1], "${") {
				old = "${env.NOPE}"
			}
			loaded, found := Load(Options{File: write(t, path, head+strings.Replace(row.value, old, offered[1], 1)+"\n")})
			if len(found) > 0 {
				t.Fatalf("with %s: %v", offered[1], found)
			}
			if got := loaded.App.Services[0].Env[0].Value; got != row.want {
				t.Fatalf("with %s it is %q, want %q", offered[1], got, row.want)
			}
		})
	}
}

func TestWhatExpressionsDoTogetherIsBounded(t *testing.T) {
	const costly = "${[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, a*b*c))).size()}"
	repeated := func(first, each string, n int) string {
		var b strings.Builder
		b.WriteString("banyan: 1\napp: shop\nservices:\n  orders:\n    run: ./orders\n    env:\n      FIRST: " + first + "\n")
		for i := range n {
			fmt.Fprintf(&b, "      V%d: %s\n", i, strings.ReplaceAll(each, "NUMBER", fmt.Sprint(i)))
		}
		return b.String()
	}
	rows := []struct {
		sentence, text string
		refused        bool
	}{
		{"many values of an expression that is cheap", repeated(`&a "${service}"`, "*a", 4900), false},
		{"as many expressions as a large application has", repeated("one", `"${service}-NUMBER-${env.HOME}"`, 1500), false},
		{"many values of one that is costly", repeated(`&a "`+costly+`"`, "*a", 4900), true},
		{"many that are all different", repeated("one", `"${'NUMBER' + service}"`, 4900), true},
		{"many copies of a long variable", repeated("one", `"at ${env.LONG}"`, 2000), true},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			start := time.Now()
			_, found := Load(Options{
				File:    write(t, filepath.Join(t.TempDir(), fileName), row.text),
				Environ: []string{"HOME=/home/me", "LONG=" + strings.Repeat("x", 100_000)},
			})
			t.Logf("took %s", time.Since(start))
			switch {
			case !row.refused && len(found) > 0:
				t.Fatalf("found %v", found)
			case row.refused && (len(found) != 1 || found[0].Code != diag.TooLarge || found[0].At.Line < 7):
				t.Fatalf("found %v, want one refusal", found)
			}
		})
	}
}
