package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/terminal"
)

// purgeOptions are the flags of purge.
type purgeOptions struct{ user, dry, yes bool }

func (s *shell) purgeCommand() *cobra.Command {
	o := purgeOptions{}
	cmd := &cobra.Command{
		Use: "purge", Short: "Remove everything that Banyan keeps for the application",
		Long: "Remove the folder .banyan beside the file with the copies in it, and with --user the user's folders for sockets and for the certificate\n" +
			"authority too: afterwards the machine is as it was before the first up, but for what builds and services wrote elsewhere. With\n" +
			"--project only that copy goes. It asks first; without a terminal it needs --yes. Links are removed, what they lead to stays. It refuses\n" +
			"while something of it runs, and leaves an authority that is still trusted: banyan trust --remove comes before.",
		Example: "  banyan purge --dry-run\n  banyan purge\n  banyan purge --user --yes",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.purge(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.user, "user", false, "the user's folders as well, which all applications share")
	flags.BoolVar(&o.dry, "dry-run", false, "list every path and its size, and remove nothing")
	flags.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) purge(ctx context.Context, o purgeOptions) error {
	at, err := s.purged(o)
	if err != nil {
		return err
	}
	if !o.dry {
		if err := s.unused(ctx, at, o); err != nil {
			return err
		}
	}
	all, err := at.kept(o, s.Environ)
	switch {
	case err != nil:
		return err
	case o.dry || len(all.Paths) == 0:
		return s.list(all, func() { s.showKept(at, all) })
	case !o.yes:
		if err := s.sure(ctx, all); err != nil {
			return err
		}
		if err := s.unused(ctx, at, o); err != nil { // somebody may have started it while the question stood
			return err
		}
	}
	if err := all.remove(); err != nil {
		return err
	}
	return s.list(all, func() { s.note("removed %s\n", all.total()) })
}

// purged is the application, or the folder of one whose file is gone already; the zero place is none.
func (s *shell) purged(o purgeOptions) (place, error) {
	at, err := s.place()
	if err == nil || s.file != "" {
		return at, err
	}
	if _, gone := os.Lstat(filepath.Join(s.Dir, project.Folder)); gone == nil {
		return place{Place: project.Place{Root: s.Dir}}, nil
	}
	if o.user {
		return place{}, nil
	}
	return at, err
}

// unused refuses while something runs that has these files open.
func (s *shell) unused(ctx context.Context, at place, o purgeOptions) error {
	if at.Root != "" {
		var ends []string
		for _, one := range at.within() {
			_, held, err := place{Place: one}.sweep()
			if held {
				ends = append(ends, "banyan down"+s.naming(one.Name))
			}
			if err != nil { // a record that nobody can read is what purge is for
				s.warn("what an earlier run may have left could not be looked for: %s", err)
			}
		}
		if len(ends) > 0 {
			return usedBy(at.Root, ends)
		}
	}
	if !o.user {
		return nil
	}
	if err := s.untrusted(ctx); err != nil {
		return err
	}
	if running := atWork(); len(running) > 0 {
		var roots []string
		for _, one := range running {
			roots = append(roots, one.State())
		}
		return inUse(strings.Join(roots, " and "), "stop all of yours with banyan down --all")
	}
	sockets, _ := filepath.Glob(filepath.Join(project.RuntimeFolder(), "*.sock"))
	for _, path := range sockets {
		conn, err := net.DialTimeout("unix", path, time.Second)
		if err == nil {
			return errors.Join(conn.Close(), inUse(path, "stop the application whose socket that is, with banyan down in its folder"))
		}
	}
	return nil
}

// usedBy refuses since copies run in a folder, and says what ends each of them.
func usedBy(root string, ends []string) error {
	if len(ends) == 1 {
		return inUse(root, "stop it with "+ends[0])
	}
	return diag.At(diag.Position{}, diag.AlreadyRunning, "%d copies of an application run and use %s", len(ends), root).
		WithHint("stop them with %s, or all of yours with banyan down --all", strings.Join(ends, ", "))
}

func inUse(what, hint string) error {
	return diag.At(diag.Position{}, diag.AlreadyRunning, "an application runs and uses %s", what).WithHint("%s", hint)
}

func (s *shell) showKept(at place, all kept) {
	if len(all.Paths) == 0 {
		s.note("nothing is kept%s\n", pick(at.Root != "", " in "+at.Root, ""))
		return
	}
	t := terminal.Table{Columns: []terminal.Column{{Right: true}, {}}}
	for _, one := range all.Paths {
		path := s.short(one.Path)
		if one.Link != "" {
			path += " → " + one.Link + " (which stays)"
		}
		t.Row(terminal.Faint(terminal.Size(one.Size)), terminal.Plain(s.Screen.Harmless(path)))
	}
	s.printf("%s", t.Render(s.Screen))
	s.note("%s would be removed; nothing was\n", all.total())
}

func (s *shell) sure(ctx context.Context, all kept) error {
	question := fmt.Sprintf("remove %s, in %s?", all.total(), strings.Join(all.roots, " and "))
	return s.confirm(ctx, question, "nothing was removed", diag.At(diag.Position{}, diag.BadArgument, "purge asks before it removes %s, and there is no terminal", all.total()).
		WithHint("banyan purge --dry-run lists them, banyan purge --yes removes them"))
}

// confirm asks whoever sits at the terminal, and refuses where nobody does. no is what is said when they do not want to.
func (s *shell) confirm(ctx context.Context, question, no string, nobody diag.Diagnostic) error {
	in, is := s.In.(*os.File)
	if !is || terminal.Detect(in, func(string) string { return "" }).Width == 0 {
		return misuse(nobody)
	}
	fmt.Fprintf(s.Err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() { // a read of a terminal cannot be called off: at Ctrl-C it ends with the process
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case said := <-answer:
		if said == "y" || said == "yes" {
			return nil
		}
	case <-ctx.Done():
		fmt.Fprintf(s.Err, "\n%s\n", no)
		return silently(exitInterrupted)
	}
	s.note("%s\n", no)
	return silently(exitFailed)
}
