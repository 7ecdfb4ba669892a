package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/spec"
	"github.com/banyan-run/banyan/internal/starter"
	"github.com/banyan-run/banyan/internal/terminal"
)

// beginning is a beginning to be made.
type beginning struct {
	yes                    bool
	template, app, service string
}

func (s *shell) initCommand() *cobra.Command {
	var b beginning
	cmd := &cobra.Command{
		Use: "init [folder]", Short: "Begin a new application, or add a service from a template",
		Long: "Write the first files of an application: banyan.yaml with its schema for editors, and one service in Go, Node.js or Python with a\n" +
			"contract, a health check, JSON logs that carry the trace, a graceful stop and tests. init service adds one more service to the\n" +
			"application of this folder. Nothing that is there is overwritten: when something is in the way, nothing is written.",
		Example: "  banyan init shop\n  banyan init shop --template node --yes\n  banyan init service orders --template python",
		Args:    takes(0, 1, "one folder at most"),
		RunE:    func(_ *cobra.Command, args []string) error { return s.initApp(b, args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cmd.Flags().StringVar(&b.app, "name", "", "the application's `name`; default: that of its folder")
	cmd.Flags().StringVar(&b.service, "service", "api", "the first `service`'s name")
	s.templateFlags(cmd, &b)
	cmd.AddCommand(s.initServiceCommand())
	return cmd
}

func (s *shell) initServiceCommand() *cobra.Command {
	var b beginning
	cmd := &cobra.Command{
		Use: "service name", Short: "Add a service to the application of this folder",
		Long: "Write a new service into a folder of its name beside banyan.yaml, and add it to that file at one place: all other lines stay as\n" +
			"they are. Where the file is written in a form that cannot be added to, what to add is printed instead.",
		Example: "  banyan init service orders --template python\n  banyan init service orders --yes",
		Args:    takes(1, 1, "the service's name"),
		RunE:    func(_ *cobra.Command, args []string) error { b.service = args[0]; return s.initService(b) },
	}
	s.templateFlags(cmd, &b)
	s.located(cmd)
	return cmd
}

func (s *shell) templateFlags(cmd *cobra.Command, b *beginning) {
	cmd.Flags().StringVarP(&b.template, "template", "t", "", "the service's `language`: "+strings.Join(starter.AllNames(), ", "))
	cmd.Flags().BoolVarP(&b.yes, "yes", "y", false, "ask nothing: take what is proposed")
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(starter.AllNames(), cobra.ShellCompDirectiveNoFileComp))
	s.outputFlag(cmd)
}

func (s *shell) initApp(b beginning, args []string) error {
	folder := s.Dir
	if len(args) > 0 {
		if folder = args[0]; !filepath.IsAbs(folder) {
			folder = filepath.Join(s.Dir, folder)
		}
	}
	file := filepath.Join(folder, "banyan.yaml")
	if _, err := os.Lstat(file); err == nil {
		return ended{exitFailed, diag.At(diag.Position{}, diag.BadArgument, "%s is there already", s.short(file)).
			WithHint("banyan init service NAME adds a service to it")}
	}
	app := b.app
	if app == "" {
		app = starter.Nearest(filepath.Base(folder))
	}
	if b.app == "" && !b.yes && s.asks() {
		app = s.question("name of the application", app)
	}
	if app == "" {
		return misuse(diag.At(diag.Position{}, diag.BadName, "%q is no name for an application", filepath.Base(folder)).
			WithHint("give it one: banyan init --name shop"))
	}
	t, err := s.template(b)
	if err != nil {
		return err
	}
	return s.begin(starter.Begin, starter.Options{File: file, Template: t, Names: starter.Names{App: app, Service: b.service}})
}

func (s *shell) initService(b beginning) error {
	at, err := s.place()
	if err != nil {
		return err
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return err // what is broken already is mended first
	}
	t, err := s.template(b)
	if err != nil {
		return err
	}
	return s.begin(starter.Extend, starter.Options{File: at.file, Template: t, Names: starter.Names{App: loaded.App.Name, Service: b.service}})
}

// begin writes and says so; all that is in the way is said at once.
func (s *shell) begin(write func(starter.Options) (starter.Begun, error), o starter.Options) error {
	for _, name := range []string{o.Names.App, o.Names.Service} {
		if refusal, is := starter.Refuse(name); is {
			return misuse(refusal)
		}
	}
	o.Schema = spec.Schema()
	o.Check = func(file string) error {
		_, _, err := s.load(place{file: file, Place: project.Place{Root: filepath.Dir(file)}})
		return err
	}
	b, err := write(o)
	var taken starter.Occupied
	switch {
	case errors.As(err, &taken):
		for i, p := range taken.Paths {
			taken.Paths[i] = s.short(filepath.Join(filepath.Dir(o.File), filepath.FromSlash(p)))
		}
		return ended{exitFailed, diag.At(diag.Position{}, diag.BadArgument, "nothing was written, since something is %s", taken).
			WithHint("move it away, or choose another name or folder")}
	case errors.Is(err, starter.ErrDeclared):
		return ended{exitFailed, diag.At(diag.Position{}, diag.DuplicateName, "%s: %v", o.Names.Service, err).WithHint("choose another name")}
	case err != nil:
		return err
	}
	return s.list(b, func() {
		s.note("%s", b.Text(s.short, func(text string) string { return s.paint(terminal.Bold, text) }))
	})
}

// template is the one that was named, or asked for; without a terminal one must be named, or --yes given.
func (s *shell) template(b beginning) (starter.Template, error) {
	name, all := b.template, strings.Join(starter.AllNames(), ", ")
	switch {
	case name != "":
	case b.yes:
		name = starter.Installed()
	case s.asks():
		name = s.question("language of the service: "+all, starter.Installed())
	default:
		return starter.Template{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "the service's language is not known").
			WithHint("--template takes %s; --yes takes %s, which is installed here", all, starter.Installed()))
	}
	return starter.Choose(name)
}

// asks tells whether a person is there who can answer: both ends must be terminals, and the answer is not for a program.
func (s *shell) asks() bool {
	in, is := s.In.(*os.File)
	return is && !s.asJSON() && s.Screen.Width > 0 && terminal.Detect(in, os.Getenv).Width > 0
}

// question is a line that a person types, or what is proposed when it is empty. It reads to the end of the line and no further: a
// second question reads on from there.
func (s *shell) question(what, proposed string) string {
	fmt.Fprintf(s.Out, "%s [%s]: ", what, proposed)
	var line strings.Builder
	for one := make([]byte, 1); ; {
		if n, err := s.In.Read(one); n == 0 || err != nil || one[0] == '\n' {
			break
		}
		line.WriteByte(one[0])
	}
	if said := strings.TrimSpace(line.String()); said != "" {
		return said
	}
	return proposed
}
