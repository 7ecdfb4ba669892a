package manual

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// tree is a small one whose texts hold what Markdown and roff would take for their own.
func tree() Manual {
	root := &cobra.Command{Use: "tool", Short: "A tool"}
	root.PersistentFlags().BoolP("quiet", "q", false, "say less")
	root.AddGroup(&cobra.Group{ID: "g", Title: "Work:"})
	run := func(*cobra.Command, []string) {}
	cut := &cobra.Command{
		Use: "cut [file]", Short: "Cut it", GroupID: "g", Run: run,
		Long:    ".profile is read,\nand a|b and `c` and *d* stay.\n\nC:\\new is a path.",
		Example: "  tool cut --at 3 '.x'\n  .hidden | tool cut",
	}
	cut.Flags().Int("at", 5, "the `column` to cut at")
	cut.Flags().String("secret", "", "not told")
	_ = cut.Flags().MarkHidden("secret")
	root.AddCommand(cut, &cobra.Command{Use: "inner", Short: "Hidden", Hidden: true, Run: run}, &cobra.Command{Use: "other", Short: "Of no group", Run: run})
	return Manual{Root: root, Exits: []Exit{{0, "it worked"}, {2, "the command line | is wrong"}}}
}

func TestReference(t *testing.T) {
	page := string(tree().Reference())
	for _, want := range []string{
		"\n## Work\n\n### tool cut\n\n.profile is read, and a\\|b and \\`c\\` and \\*d\\* stay.\n\nC:\\\\new is a path.\n",
		"```\ntool cut [file] [flags]\n```", "| `--at column` | the column to cut at | `5` |", "| `-q, --quiet` | say less |  |",
		"```sh\ntool cut --at 3 '.x'\n.hidden | tool cut\n```", "\n## Others\n\n### tool other\n", "| 2 | the command line \\| is wrong |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, never := range []string{"secret", "tool inner"} {
		if strings.Contains(page, never) {
			t.Errorf("the page tells of %s", never)
		}
	}
}

func TestPages(t *testing.T) {
	pages := tree().Pages(Stamp{"v1.0.0", time.Date(2026, 5, 4, 23, 0, 0, 0, time.FixedZone("east", 7200))})
	if len(pages) != 3 || pages["tool-inner.1"] != nil {
		t.Errorf("there are %d pages", len(pages))
	}
	page := string(pages["tool-cut.1"])
	for _, want := range []string{
		".TH \"TOOL-CUT\" 1 \"2026-05-04\" \"Banyan v1.0.0\" \"Banyan\"\n", "tool\\-cut \\- cut it\n",
		"\n\\&.profile is read, and a|b", ".PP\nC:\\enew is a path.\n", ".TP\n.B \\-\\-at column\nthe column to cut at (default 5)\n",
		".TP\n.B \\-q, \\-\\-quiet\n", ".nf\ntool cut \\-\\-at 3 '.x'\n\\&.hidden | tool cut\n.fi\n", ".BR tool (1),\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if !strings.Contains(string(pages["tool.1"]), ".SH COMMANDS\n.TP\n.BR tool\\-cut (1)\nCut it\n") {
		t.Errorf("the page of the root lists no commands:\n%s", pages["tool.1"])
	}
}
