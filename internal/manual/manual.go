package manual

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Manual is a tree of commands and what it ends with.
type Manual struct {
	Root  *cobra.Command
	Exits []Exit
}

// Exit is one exit code and its meaning.
type Exit struct {
	Code  int
	About string
}

// flag is one of a command, as it is typed and told.
type flag struct {
	// names is `-o, --output text`.
	names, about, standard string
}

// flags are those of a set that people use; help is everywhere and told once.
func flags(set *pflag.FlagSet) []flag {
	var all []flag
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, about := pflag.UnquoteUsage(f)
		all = append(all, flag{spelled(f, kind), about, standard(f)})
	})
	return all
}

// spelled is a flag in both spellings, with what it takes.
func spelled(f *pflag.Flag, kind string) string {
	names := strings.TrimRight("--"+f.Name+" "+kind, " ")
	if f.Shorthand == "" {
		return names
	}
	return "-" + f.Shorthand + ", " + names
}

// standard is a default, empty when it says nothing.
func standard(f *pflag.Flag) string {
	switch f.DefValue {
	case "false", "0", "0s", "[]":
		return ""
	}
	return f.DefValue
}

// below are the commands of one that people use, in the order of --help.
func below(cmd *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			all = append(all, c)
		}
	}
	return all
}

// description is the long text without the folding of --help; an empty line still parts paragraphs.
func description(cmd *cobra.Command) []string {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	var all []string
	for _, paragraph := range strings.Split(text, "\n\n") {
		all = append(all, strings.Join(strings.Fields(paragraph), " "))
	}
	return all
}

// examples are the lines of the example without their indentation.
func examples(cmd *cobra.Command) []string {
	var all []string
	for line := range strings.Lines(cmd.Example) {
		all = append(all, strings.TrimPrefix(strings.TrimRight(line, " \n"), "  "))
	}
	return all
}
