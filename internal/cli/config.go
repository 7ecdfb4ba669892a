package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/spec"
	"github.com/banyan-run/banyan/internal/terminal"
)

// setting is one value of the file and where it comes from.
type setting struct {
	Path   string `json:"path"`
	Value  any    `json:"value"`
	Source string `json:"source"`
	// Past are the values that it replaced, from the first one on; --explain alone has them.
	Past []former `json:"past,omitempty"`
}

type former struct {
	Value  any    `json:"value"`
	Source string `json:"source"`
}

func (s *shell) configCommand() *cobra.Command {
	resolved, explain := false, false
	cmd := &cobra.Command{
		Use: "config [path…]", Short: "Print every value of the file with its source",
		Long: "Print the values of banyan.yaml after includes, the environment's overlay and banyan.local.yaml were merged and expressions were\n" +
			"evaluated, each with the line that it comes from, and what services get of env files. --resolved adds every default. With a path,\n" +
			"what stands there and below. --explain adds what each value replaced: who set it first, and who overrode it. Secrets are masked.",
		Example:           "  banyan config --resolved\n  banyan config --env production\n  banyan config --resolved --explain services.orders.replicas\n  banyan config --resolved -o json",
		ValidArgsFunction: s.settingPaths,
		RunE:              func(_ *cobra.Command, args []string) error { return s.config(args, resolved, explain) },
	}
	cmd.Flags().BoolVar(&resolved, "resolved", false, "defaults as well")
	cmd.Flags().BoolVar(&explain, "explain", false, "what each value replaced, from the first one on")
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

// settingPaths completes the paths of values and of what holds them.
func (s *shell) settingPaths(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	at, err := s.place()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var all []string
	for _, v := range loaded.Resolved() {
		for end := range v.Path {
			if v.Path[end] == '.' {
				all = append(all, v.Path[:end])
			}
		}
		all = append(all, v.Path)
	}
	slices.Sort(all)
	return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
}

func (s *shell) config(paths []string, resolved, explain bool) error {
	loaded, err := s.read()
	if err != nil {
		return err
	}
	values, err := below(loaded.Resolved(), paths)
	if err != nil {
		return err
	}
	settings := []setting{}
	for _, v := range values {
		if v.Default && !resolved {
			continue
		}
		one := setting{Path: v.Path, Value: shownValue(v.Path, v.Value), Source: v.Source}
		for _, p := range v.Past {
			if explain {
				one.Past = append(one.Past, former{shownValue(v.Path, p.Value), p.Source})
			}
		}
		settings = append(settings, one)
	}
	return s.list(settings, func() { s.showSettings(settings) })
}

func (s *shell) showSettings(settings []setting) {
	t := terminal.Table{Columns: []terminal.Column{{Head: "value", Shrink: true}, {Head: "is", Shrink: true}, {Head: "from"}}}
	for _, v := range settings {
		t.Row(terminal.Plain(v.Path), terminal.Plain(fmt.Sprint(v.Value)), terminal.Faint(v.Source))
		for _, p := range slices.Backward(v.Past) {
			t.Row(terminal.Faint("  over"), terminal.Faint(fmt.Sprint(p.Value)), terminal.Faint(p.Source))
		}
	}
	s.printf("%s", t.Render(s.Screen))
}

// shownValue masks what the name of a value, or the value, says is a secret.
func shownValue(path string, value any) any {
	if text, is := value.(string); is {
		return redact.Variable(path[strings.LastIndexByte(path, '.')+1:], text)
	}
	return value
}

// below are the values at paths and below them, all when there is no path.
func below(values []spec.Value, paths []string) ([]spec.Value, error) {
	if len(paths) == 0 {
		return values, nil
	}
	var all []spec.Value
	known := []string{}
	for _, v := range values {
		known = append(known, v.Path)
	}
	for _, path := range paths {
		count := len(all)
		for _, v := range values {
			if v.Path == path || strings.HasPrefix(v.Path, path+".") || strings.HasPrefix(v.Path, path+"[") {
				all = append(all, v)
			}
		}
		if len(all) > count {
			continue
		}
		d := diag.At(diag.Position{}, diag.BadArgument, "nothing stands at %q", path)
		if near := diag.Nearest(path, known); near != "" {
			return nil, misuse(d.WithHint("did you mean %q?", near))
		}
		return nil, misuse(d.WithHint("banyan config --resolved lists all paths"))
	}
	return all, nil
}
