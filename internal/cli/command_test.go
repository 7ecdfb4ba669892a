package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// typed runs one command line in a folder, without a terminal.
func typed(t *testing.T, dir string, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(args, World{
		In: strings.NewReader(""), Out: &o, Err: &e, Dir: dir, Executable: "/nowhere/banyan", Now: time.Now,
	})
	return code, o.String(), e.String()
}

// everyCommand visits all commands but the root and cobra's own of shells.
func everyCommand(visit func(*cobra.Command)) {
	s := &shell{}
	for _, cmd := range s.root().Commands() {
		if cmd.Name() != "completion" {
			visit(cmd)
		}
	}
}

func TestEachCommandHasHelpWithAnExample(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Long == "" && !cmd.Hidden {
			t.Errorf("%s says nothing of itself", cmd.Name())
		}
		if !strings.Contains(cmd.Example, "banyan "+cmd.Name()) {
			t.Errorf("%s has no example of its use", cmd.Name())
		}
		if strings.ContainsAny(cmd.Short+cmd.Long, "!") {
			t.Errorf("%s shouts", cmd.Name())
		}
	})
}

func TestHelpIsPlainAndNarrowEnough(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		code, out, errs := typed(t, t.TempDir(), cmd.Name(), "--help")
		if code != exitOK || errs != "" || strings.Contains(out, "\x1b") {
			t.Errorf("%s --help: code %d, standard error %q", cmd.Name(), code, errs)
		}
		for _, l := range strings.Split(out, "\n") {
			if n := utf8.RuneCountInString(l); n > 80 && !strings.Contains(l, "  banyan ") {
				t.Errorf("%s --help has %d columns: %s", cmd.Name(), n, l)
			}
		}
		if !cmd.Hidden && !strings.Contains(out, "Examples:") {
			t.Errorf("%s --help shows no example:\n%s", cmd.Name(), out)
		}
	})
}

func TestTheListOfCommandsFitsIntoEightyColumns(t *testing.T) {
	_, out, _ := typed(t, t.TempDir(), "--help")
	for l := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSpace(l)) + len(l) - len(strings.TrimLeft(l, " ")); n > 80 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
}

// answerless are the commands that list nothing.
var answerless = []string{"help", "down", "dashboard", "start", "stop", "restart", "scale", "schema", "exec", "keeper", "control"}

func TestWhatListsAnswersInJSON(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if has := cmd.Flags().Lookup("output") != nil; has == slices.Contains(answerless, cmd.Name()) {
			t.Errorf("%s: has -o: %v", cmd.Name(), has)
		}
	})
}

func TestWhatTakesNamesCompletesThem(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		_, argument, takes := strings.Cut(cmd.Use, " ")
		if takes && cmd.ValidArgsFunction == nil {
			t.Errorf("%s takes %s and completes nothing", cmd.Name(), argument)
		}
	})
}

func TestAWordThatIsNearlyACommandFindsIt(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Hidden {
			return
		}
		wrong := cmd.Name() + "x"
		code, _, errs := typed(t, t.TempDir(), wrong)
		near := strings.Contains(errs, `did you mean "banyan `+cmd.Name()+`"?`)
		if short := len(cmd.Name()) < 2; code != exitUsage || !near && !short {
			t.Errorf("banyan %s: code %d, %s", wrong, code, errs)
		}
	})
}

func TestAFlagThatIsNearlyOneFindsIt(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Flags().Lookup("file") == nil {
			return
		}
		code, _, errs := typed(t, t.TempDir(), cmd.Name(), "--fil", "x")
		if code != exitUsage || !strings.Contains(errs, "did you mean --file?") {
			t.Errorf("banyan %s --fil: code %d, %s", cmd.Name(), code, errs)
		}
	})
}

func TestOutputTakesTextAndJSONOnly(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Flags().Lookup("output") == nil {
			return
		}
		args := map[string][]string{"env": {"x"}, "call": {"x", "/"}, "explain": {"a", "b"}, "attach": {"x", "--port", "1"}, "detach": {"x"}, "debug": {"x"}}[cmd.Name()]
		code, _, errs := typed(t, t.TempDir(), append([]string{cmd.Name(), "-o", "yaml"}, args...)...)
		if code != exitUsage || !strings.Contains(errs, "-o takes text or json") {
			t.Errorf("banyan %s -o yaml: code %d, %s", cmd.Name(), code, errs)
		}
	})
}
