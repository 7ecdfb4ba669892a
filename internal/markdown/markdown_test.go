package markdown

import (
	"strings"
	"testing"
)

// page writes a text as a page whose links lead where they say.
func page(text string) string {
	return HTML(Parse(text), func(to string) string { return to })
}

func TestHTML(t *testing.T) {
	rows := []struct{ sentence, text, want string }{
		{"a paragraph goes over lines", "one\ntwo", "<p>one two</p>"},
		{"a heading is named as GitHub names it", "## A `key`, and more", `<h2 id="a-key-and-more">A <code>key</code>, and more`},
		{"equal headings are told apart", "# Why\n\n# Why", `<h1 id="why-1">Why</h1>`},
		{"code is as it stands", "```yaml\na: <b>\n  c: 1\n```", "<pre tabindex=\"0\"><code>a: &lt;b&gt;\n  c: 1\n</code></pre>"},
		{"a longer fence holds a shorter one", "````\n```\n````", "<code>```\n</code>"},
		{"a code block without its end ends with the page", "```\na", "<code>a\n</code>"},
		{"a list", "- one\n- two\n  goes on", "<ul>\n<li>one</li>\n<li>two goes on</li>\n</ul>"},
		{"a line that is not indented goes on too", "- one\ngoes on", "<ul>\n<li>one goes on</li>\n</ul>"},
		{"a list is numbered from where it begins", "3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"},
		{"a list in a list", "- a\n  - b\n- c", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>"},
		{"code in a list", "1. a\n\n   ```\n   b\n   ```\n", "<ol>\n<li>a<pre tabindex=\"0\"><code>b\n</code></pre>\n</li>\n</ol>"},
		{"a table", "| a | b |\n|--|--:|\n| 1 | `x\\|y` |", "<th>a</th><th class=\"n\">b</th></tr></thead>\n<tbody>\n<tr><td>1</td><td class=\"n\"><code>x|y</code></td></tr>"},
		{"cells that are missing are empty", "| a | b |\n|--|--|\n| 1 |", "<tr><td>1</td><td></td></tr>"},
		{"a stroke alone makes no table", "a | b\nc", "<p>a | b c</p>"},
		{"comments are left out", "a\n\n<!-- commands -->\n\nb", "<p>a</p>\n<p>b</p>"},
		{"tags are text", "a <b>c</b>", "a &lt;b&gt;c&lt;/b&gt;"},
		{"strong and emphasis", "**a** and *b*", "<strong>a</strong> and <em>b</em>"},
		{"a star alone is a star", "2 * 3 * 4", "<p>2 * 3 * 4</p>"},
		{"code hides the marks within", "**a `**` b**", "<strong>a <code>**</code> b</strong>"},
		{"code with backticks", "`` a`b ``", "<code>a`b</code>"},
		{"a backtick alone is one", "a ` b", "<p>a ` b</p>"},
		{"an escape", `\*a\* \d`, `<p>*a* \d</p>`},
		{"a link", "[the *file*](file.md#rules)", `<a href="file.md#rules">the <em>file</em></a>`},
		{"a link with brackets in code", "[`a]`](b.md)", `<a href="b.md"><code>a]</code></a>`},
		{"brackets alone are text", "[1] (2)", "<p>[1] (2)</p>"},
		{"a script is no address", "[a](javascript:alert`1`)", "<p>a</p>"},
		{"an address cannot leave its attribute", `[a](x"onclick="y)`, `href="x&#34;onclick=&#34;y"`},
		{"a dash and a number in a sentence begin no list", "it is\n12. of May", "<p>it is 12. of May</p>"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := page(row.text); !strings.Contains(got, row.want) {
				t.Fatalf("%q became\n%s\nwithout\n%s", row.text, got, row.want)
			}
		})
	}
}

func TestLinksAreFoundInOrder(t *testing.T) {
	text := "[a](1)\n\n- [b](2)\n  - **[c](3)**\n\n| [d](4) |\n|--|\n| [e](5) |\n\nand `[f](6)`"
	if got := strings.Join(Links(Parse("| x |\n|--|\n"+text)), ""); got != "12345" {
		t.Errorf("the links lead to %q", got)
	}
}

// Whatever comes, it ends, and no tag that the writer does not make comes out.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"# a\n\n- b\n  - c\n\n| d |\n|--|\n| e |", "```\n", "**a*b**", "[a](b", "<script>", "- - - a", "`` `", "\\", "1. a\n 2. b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := page(text)
		for _, tag := range []string{"<script", "<img", "<iframe", "<style", "javascript:"} {
			if strings.Contains(out, tag) && !strings.Contains(text, "javascript:") {
				t.Fatalf("%q became %s", text, out)
			}
		}
		if strings.Contains(out, `href="javascript:`) {
			t.Fatalf("%q became %s", text, out)
		}
	})
}
