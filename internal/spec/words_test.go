package spec

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/expr"
)

func nowhere(int) diag.Position { return diag.Position{} }

// split gives the words of a command, expressions as they are written.
func split(t *testing.T, text string) ([]string, error) {
	t.Helper()
	template, found := expr.ParseTemplate(text, nowhere)
	if len(found) > 0 {
		return nil, found.Err()
	}
	all, err := splitWords(template.Parts)
	var words []string
	for _, pieces := range all {
		word := ""
		for _, p := range pieces {
			if p.expression {
				word += "<" + p.text + ">"
				continue
			}
			word += p.text
		}
		words = append(words, word)
	}
	return words, err
}

func TestWords(t *testing.T) {
	rows := []struct {
		sentence, text string
		want           []string
	}{
		{"blanks part words, many as one", "a  b\tc\n d ", []string{"a", "b", "c", "d"}},
		{"quotes keep blanks", `a "b c" 'd e'`, []string{"a", "b c", "d e"}},
		{"quotes join what touches them", `a"b c"'d'e`, []string{"ab cde"}},
		{"empty quotes are an empty word", `a "" ''`, []string{"a", "", ""}},
		{"single quotes keep a backslash", `'a\b'`, []string{`a\b`}},
		{"double quotes keep a backslash before what is not special", `"a\b\"\\"`, []string{`a\b"\`}},
		{"a backslash protects a blank", `a\ b`, []string{"a b"}},
		{"an escaped line end joins the lines", "a\\\n b", []string{"a", "b"}},
		{"a backslash at the end is itself", `a \`, []string{"a", `\`}},
		{"signs of a shell may be quoted", `a '&&' "|" '$X' "$Y"`, []string{"a", "&&", "|", "$X", "$Y"}},
		{"signs within words are letters", "a=b&&c x|y k>v $1 $", []string{"a=b&&c", "x|y", "k>v", "$1", "$"}},
		{"an expression is not split", "a ${x + ' y'} b", []string{"a", "<x + ' y'>", "b"}},
		{"an expression joins what touches it", "--n=${x}-${y}z", []string{"--n=<x>-<y>z"}},
		{"quotes around an expression change nothing", `"a ${x}" '${y}'`, []string{"a <x>", "<y>"}},
		{"letters beyond ASCII are letters", "grüße 'ü ñ'", []string{"grüße", "ü ñ"}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got, err := split(t, row.text)
			if err != nil || !slices.Equal(got, row.want) {
				t.Fatalf("%q gives %q, %v; want %q", row.text, got, err, row.want)
			}
		})
	}
}

func TestWordsThatAreRefused(t *testing.T) {
	rows := []struct {
		sentence, text string
		offset         int
		says           string
	}{
		{"no word at all", "  ", 0, "the command is empty"},
		{"a double quote that stays open", `a "b c`, 2, "a quote is not closed"},
		{"a single quote that stays open", `a "b" 'c`, 6, "a quote is not closed"},
		{"two commands", "a && b", 2, `"&&" means something to a shell only`},
		{"a pipe at the end", "a |", 2, `"|" means something to a shell only`},
		{"output into a file", "a > b", 2, `">" means something to a shell only`},
		{"a variable of the shell", "a --port=$PORT", 9, "$ means something to a shell only"},
		{"a command in a command", "a $(b)", 2, "$ means something to a shell only"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			_, err := split(t, row.text)
			var w wrong
			if !errors.As(err, &w) || w.says != row.says || w.offset != row.offset || w.hint == "" {
				t.Fatalf("%q is refused with %+v", row.text, err)
			}
		})
	}
}

// Quoting every word and splitting again gives the same words; expressions never add a word.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"a b", `a "b c" 'd'`, `a\ b`, "a ${x} b", `"${x}"`, "a && b", `"a`, "$${", "\\\n", "''", "a\xff b", "${'}'}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := split(t, text)
		if err != nil {
			var w wrong
			if errors.As(err, &w) && (w.offset < 0 || w.offset > len(text)) {
				t.Fatalf("%q is wrong at %d", text, w.offset)
			}
			return
		}
		var quoted []string
		for _, word := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
		}
		again, err := splitWords([]expr.Part{{Text: strings.Join(quoted, " ")}})
		if err != nil || len(again) != len(words) {
			t.Fatalf("%q gives %q, quoted %q gives %d words, %v", text, words, quoted, len(again), err)
		}
		for i, pieces := range again {
			if len(pieces) > 0 && pieces[0].text != words[i] {
				t.Fatalf("%q gives %q, again %q", text, words[i], pieces[0].text)
			}
		}
	})
}
