package expr

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func on(column int) Place {
	return func(offset int) diag.Position { return diag.Position{File: "f", Line: 1, Column: column + offset} }
}

func environment() *Environment {
	return New(nil,
		Variable{Name: "app", Kind: Text},
		Variable{Name: "count", Kind: Number},
		Variable{Name: "env", Kind: Texts, Absent: "the process environment has no %s"},
		Variable{Name: "service", Elsewhere: "service is known inside a service only"},
	)
}

func values() map[string]any {
	return map[string]any{"app": "shop", "count": 3, "env": map[string]string{"HOME": "/home/a"}}
}

func TestTemplates(t *testing.T) {
	rows := []struct {
		sentence, value string
		want            any
	}{
		{"text without an expression is itself", "plain", "plain"},
		{"an expression within text becomes text", "a ${app} b", "a shop b"},
		{"a number within text becomes text", "n=${count + 1}", "n=4"},
		{"a value that is only an expression keeps its type: number", "${count}", int64(3)},
		{"a flag", "${count > 2}", true},
		{"a fraction", "${1.5}", 1.5},
		{"nothing", "${null}", nil},
		{"a list", "${[app, 'x']}", []any{"shop", "x"}},
		{"a map", "${{'a': 1}}", map[string]any{"a": int64(1)}},
		{"a brace within a text does not end the expression", "${'}' + app}", "}shop"},
		{"an escaped quote does not end the text", `${'\'}' + app}`, "'}shop"},
		{"a raw text has no escapes", `${r'\' + app}`, `\shop`},
		{"a triple-quoted text may hold quotes", `${"""a"}""" + app}`, `a"}shop`},
		{"an inner map's braces are counted", "x${{'a': {'b': app}}.a.b}y", "xshopy"},
		{"two dollars are a literal", "$${app}", "${app}"},
		{"two expressions side by side", "${app}${app}", "shopshop"},
		{"a dollar alone is a dollar", "$5 $", "$5 $"},
		{"a map's key is read by name", "${env.HOME}", "/home/a"},
		{"a missing key may have a default", "${has(env.NO) ? env.NO : 'd'}", "d"},
		{"a comment may hold a brace", "${app // }\n}", "shop"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			template, found := ParseTemplate(row.value, on(1))
			if len(found) > 0 {
				t.Fatal(found)
			}
			got, found := template.Evaluate(environment(), on(1), values())
			if len(found) > 0 || !reflect.DeepEqual(got, row.want) {
				t.Fatalf("%q gives %#v %v, want %#v", row.value, got, found, row.want)
			}
		})
	}
}

func TestWrongExpressionsAreShownAtTheirWord(t *testing.T) {
	rows := []struct {
		sentence, value string
		column, width   int
		message, hint   string
	}{
		{"an unknown name", "a ${appp}", 5, 4, `"appp" does not exist here`, `did you mean "app"?`},
		{"a name that is known elsewhere", "${service}", 3, 7, "service cannot be used here", "service is known inside a service only"},
		{"two kinds that do not add", "${app + 1}", 7, 1, "found no matching overload for '_+_' applied to '(string, int)'", "an expression here may use app, count, env; a literal ${ is written $${"},
		{"a syntax error", "${app app}", 7, 3, "the expression does not parse: extraneous input 'app' expecting its end", "an expression here may use app, count, env; a literal ${ is written $${"},
		{"nothing between the braces", "${}", 3, 1, "the expression is empty", "an expression here may use app, count, env; a literal ${ is written $${"},
		{"no closing brace", "x ${app", 3, 2, "the expression that begins here has no closing brace", "write ${…}; a literal ${ is written $${"},
		{"a variable of the process that is not set", "${env.NOPE}", 3, 8, "the process environment has no NOPE", `set it, or give a default: ${has(env.NOPE) ? env.NOPE :'…'}`},
		{"a list within text", "a ${[1]}", 5, 3, "the expression gives no text, so it cannot be part of one", ""},
		{"bytes", "${b'a'}", 3, 4, "the expression gives a bytes, which no value of the file can be", ""},
		{"a number above all that the file has", "${18446744073709551615u}", 3, 21, "the expression gives 18446744073709551615, which no number of the file can be", ""},
		{"a division by nothing", "${count / 0}", 3, 9, "the expression fails: division by zero", ""},
		{"columns count bytes", "ü${é}", 5, 1, "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			template, found := ParseTemplate(row.value, on(1))
			if len(found) == 0 {
				_, found = template.Evaluate(environment(), on(1), values())
			}
			if len(found) == 0 {
				t.Fatal("nothing is refused")
			}
			d := found[0]
			if d.Code != diag.BadExpression || d.At.Column != row.column || row.message != "" && (d.Message != row.message || d.Hint != row.hint || d.Width != row.width) {
				t.Fatalf("got %+v", d)
			}
		})
	}
}

func TestWhatAnExpressionMayDoIsBounded(t *testing.T) {
	rows := []struct{ sentence, text string }{
		{"a text over the bound", strings.Repeat("a", maxText+1)},
		{"brackets without end", strings.Repeat("(", 2000)},
		{"a comprehension over comprehensions", "[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, [1,2,3,4,5,6,7,8,9].map(d, [1,2,3,4,5,6,7,8,9].map(e, [1,2,3,4,5,6,7,8,9].map(f, a*b*c*d*e*f))))))"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			program, found := environment().Compile(row.text, on(1))
			if program != nil {
				_, found = program.Evaluate(values())
			}
			if !found.Failed() {
				t.Fatal("it is let through")
			}
		})
	}
}

func TestABudgetIsSharedAndItsEndIsSaidOnce(t *testing.T) {
	budget := NewBudget()
	one, other := New(budget, Variable{Name: "app", Kind: Text}), New(budget, Variable{Name: "app", Kind: Text})
	give := func(e *Environment, column int) diag.List {
		p, found := e.Compile("app + app", on(column))
		if p != nil {
			_, found = p.Evaluate(map[string]any{"app": strings.Repeat("x", 10_000)})
		}
		return found
	}
	if found := give(one, 1); len(found) > 0 {
		t.Fatal(found)
	}
	var found diag.List
	for column := 2; len(found) == 0; column++ {
		if found = give(one, column); column > allowance {
			t.Fatal("the budget has no end")
		}
	}
	again := give(other, 1)
	if len(again) != 1 || again[0] != found[0] || found[0].Code != diag.TooLarge || found[0].Hint == "" {
		t.Fatalf("it ends with %v, and then says %v", found, again)
	}
}

func TestManyMayCompileAtOnce(t *testing.T) {
	e := environment()
	e.budget = NewBudget()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			p, found := e.Compile("app + string(count)", on(1))
			if len(found) > 0 {
				t.Error(found)
				return
			}
			if got, _ := p.Evaluate(values()); got != "shop3" {
				t.Errorf("got %v", got)
			}
		})
	}
	all.Wait()
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"", "${app}", "$${", "${'}'}", "${{'a':1}}", "a ${env.X} b", "${r'\\'}", "${'''", "${[1,2].map(x,x)}", "${// }"} {
		f.Add(seed)
	}
	e := environment()
	f.Fuzz(func(t *testing.T, value string) {
		template, found := ParseTemplate(value, on(1))
		if len(found) > 0 {
			return
		}
		if !Has(value) {
			if got, _ := template.Evaluate(e, on(1), nil); got != value {
				t.Fatalf("%q without an expression became %v", value, got)
			}
		}
		for _, part := range template.Parts {
			if value[part.Offset:part.Offset+len(part.Text)] != part.Text {
				t.Fatalf("part %+v is not at its offset of %q", part, value)
			}
		}
		_, found = template.Evaluate(e, on(1), values())
		for _, d := range found {
			if d.At.Column < 1 || d.At.Column > len(value)+1 {
				t.Fatalf("%q: %v stands outside", value, d)
			}
		}
	})
}
