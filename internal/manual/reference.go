package manual

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Reference is the page of the book that lists every command, as Markdown.
func (m Manual) Reference() []byte {
	w := &markdown{}
	w.put("# The commands\n\nEvery command of `%s`, made from the same tree as `--help`. Those about a running application speak to its control API;\n", m.Root.Name())
	w.put("`-o json` gives stable keys to programs. [Exit codes](#exit-codes) are the same for all.\n")
	w.put("\nThese flags are taken everywhere:\n\n")
	w.flags(append(flags(m.Root.PersistentFlags()), flag{names: "-h, --help", about: "explain the command"}))
	told := map[*cobra.Command]bool{}
	for _, group := range m.Root.Groups() {
		w.put("\n## %s\n", strings.TrimSuffix(group.Title, ":"))
		for _, cmd := range below(m.Root) {
			if cmd.GroupID == group.ID {
				told[cmd] = true
				w.command(cmd)
			}
		}
	}
	w.put("\n## Others\n")
	for _, cmd := range below(m.Root) {
		if !told[cmd] {
			w.command(cmd)
		}
	}
	w.exits(m.Exits)
	return []byte(w.String())
}

type markdown struct{ strings.Builder }

func (w *markdown) put(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *markdown) command(cmd *cobra.Command) {
	w.put("\n### %s\n\n", cmd.CommandPath())
	for _, paragraph := range description(cmd) {
		w.put("%s\n\n", escaped(paragraph))
	}
	w.put("```\n%s\n```\n", cmd.UseLine())
	if own := flags(cmd.NonInheritedFlags()); len(own) > 0 {
		w.put("\n")
		w.flags(own)
	}
	w.examples(examples(cmd))
	for _, inner := range below(cmd) {
		w.put("\n`%s`: %s.\n", inner.UseLine(), escaped(strings.TrimSuffix(inner.Short, ".")))
	}
}

func (w *markdown) examples(lines []string) {
	if len(lines) > 0 {
		w.put("\nFor example:\n\n```sh\n%s\n```\n", strings.Join(lines, "\n"))
	}
}

func (w *markdown) exits(all []Exit) {
	w.put("\n## Exit codes\n\n| code | meaning |\n|--:|--|\n")
	for _, e := range all {
		w.put("| %d | %s |\n", e.Code, escaped(e.About))
	}
}

func (w *markdown) flags(all []flag) {
	w.put("| flag | what it does | default |\n|--|--|--|\n")
	for _, f := range all {
		standard := ""
		if f.standard != "" {
			standard = "`" + f.standard + "`"
		}
		w.put("| `%s` | %s | %s |\n", f.names, escaped(f.about), standard)
	}
}

// escaped keeps what would be a mark of Markdown a letter.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "[", `\[`, "|", `\|`, "<", `\<`).Replace(text)
}
