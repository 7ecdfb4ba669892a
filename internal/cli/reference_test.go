package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/reference/cli.md again")

func TestTheReferenceOfTheCommandsIsCurrent(t *testing.T) {
	path, made := filepath.Join("..", "..", "docs", "reference", "cli.md"), Manual().Reference()
	if *update {
		if err := os.WriteFile(path, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(text, made) {
		t.Fatalf("docs/reference/cli.md is not what the commands say (make generate writes it): %v", err)
	}
}

func TestTheReferenceAndTheManualHaveEveryCommand(t *testing.T) {
	m := Manual()
	reference, pages := string(m.Reference()), m.Pages(stamp)
	everyCommand(func(cmd *cobra.Command) {
		page := string(pages["banyan-"+cmd.Name()+".1"])
		if cmd.Hidden != (page == "") || cmd.Hidden == strings.Contains(reference, "\n### banyan "+cmd.Name()+"\n") {
			t.Errorf("%s: hidden %v, and its page is %q", cmd.Name(), cmd.Hidden, page)
		}
		if !cmd.Hidden && !strings.Contains(page, ".SH EXAMPLES") {
			t.Errorf("the manual page of %s has no example", cmd.Name())
		}
	})
}
