package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/identity/trust"
	"github.com/banyan-run/banyan/internal/terminal"
)

// trustOptions are the flags of trust.
type trustOptions struct {
	remove, show, dry, yes bool
	store                  string
}

// kinds are the values of --store.
var kinds = map[string][]trust.Kind{
	"all": {trust.System, trust.Browsers}, string(trust.System): {trust.System}, string(trust.Browsers): {trust.Browsers},
}

func (s *shell) trustCommand() *cobra.Command {
	var o trustOptions
	cmd := &cobra.Command{
		Use: "trust", Short: "Have browsers and the system accept HTTPS of localhost",
		Long: "Put the root of this user's certificate authority into the trust stores of the system and of browsers, which then accept what\n" +
			"gateway.https serves; --remove takes it out of all of them again. The root can vouch for names of this machine alone: localhost, what\n" +
			"ends in .localhost, and loopback addresses. It shows what it will run and asks; without a terminal it needs --yes. What needs root is\n" +
			"printed as the command to run, and not done. Exits 1 while something is left to do; with --show, while a store does not trust it.",
		Example: "  banyan trust --dry-run\n  banyan trust\n  banyan trust --store browsers --yes\n  banyan trust --show -o json\n  banyan trust --remove",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.trust(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.remove, "remove", false, "take the root out of the stores")
	flags.BoolVar(&o.show, "show", false, "tell who trusts it, and change nothing")
	flags.BoolVar(&o.dry, "dry-run", false, "print the commands, and run none")
	flags.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	flags.StringVar(&o.store, "store", "all", "all, system or browsers")
	_ = cmd.RegisterFlagCompletionFunc("store", cobra.FixedCompletions([]string{"all", "system", "browsers"}, cobra.ShellCompDirectiveNoFileComp))
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) trust(ctx context.Context, o trustOptions) error {
	chosen, known := kinds[o.store]
	if o.remove && o.show {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "--show changes nothing, and --remove does").WithHint("banyan trust --remove --dry-run tells what it would do"))
	}
	if !known {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "--store takes all, system or browsers, not %q", o.store))
	}
	if s.borrowed() {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "under sudo this would be about the superuser's own authority and browsers").
			WithHint("run banyan trust as yourself: it prints what needs root"))
	}
	authority, err := s.authority(o)
	if errors.Is(err, identity.ErrNone) {
		return s.none(o)
	}
	if err != nil {
		return err
	}
	root := trust.Root{Certificate: authority.Root, Path: authority.RootPath, ID: authority.ID()}
	machine := trust.Real(s.Environ)
	stores, missing := trust.Stores(machine, chosen...)
	plan, want := trust.Adding, trust.Trusted
	if o.remove {
		plan, want, missing = trust.Removing, trust.Absent, nil
	}
	plans := plan(ctx, stores, root)
	report := func() trust.Report { return trust.Reported(machine, root, authority.Fingerprint(), plans, missing) }
	if !o.show && !o.dry && trust.Pending(plans, machine) {
		if err := s.consent(ctx, o, machine, plans); err != nil {
			return err
		}
		for i, p := range plans {
			plans[i] = p.Do(ctx, machine, root, want)
		}
	}
	done := report()
	if err := s.list(done, func() { s.showTrust(o, done, trust.Hints(root)) }); err != nil {
		return err
	}
	if done.Left && !o.dry || o.show && !done.Trusted {
		return silently(exitFailed)
	}
	return nil
}

// authority is made by a plain banyan trust alone; its root is enough to look for and to remove.
func (s *shell) authority(o trustOptions) (*identity.Authority, error) {
	folder, err := identity.Folder(s.Environ)
	switch {
	case err != nil:
		return nil, err
	case o.remove:
		return identity.Root(folder)
	case o.show || o.dry:
		return identity.Open(folder, s.Now())
	}
	return identity.Obtain(folder, s.Now())
}

// borrowed tells whether a user has taken the superuser's rights.
func (s *shell) borrowed() bool {
	return slices.ContainsFunc(s.Environ, func(pair string) bool {
		user, is := strings.CutPrefix(pair, "SUDO_USER=")
		return is && user != "" && user != "root"
	})
}

// none is the answer where the user has no authority.
func (s *shell) none(o trustOptions) error {
	says := "there is no certificate authority to take out; one whose folder was removed by hand is called \"Banyan local root\" in stores, and banyan-*.crt"
	if !o.remove {
		says = "there is no certificate authority yet; banyan trust makes one, and so does an application with gateway.https"
	}
	if err := s.list(trust.Report{Stores: []trust.Found{}}, func() { s.note("%s\n", says) }); err != nil || !o.show {
		return err
	}
	return silently(exitFailed)
}

// consent shows what Banyan will run, and asks.
func (s *shell) consent(ctx context.Context, o trustOptions, m trust.Machine, plans []trust.Plan) error {
	if o.yes {
		return nil
	}
	fmt.Fprintln(s.Err, pick(o.remove, "to take the root out of trust stores this is run:", "to have the root trusted this is run:"))
	for _, p := range plans {
		if len(p.Commands) > 0 && p.Err == nil && !p.Barred(m) {
			fmt.Fprintf(s.Err, "  %s\n    %s\n", p.Store.Name(), p.Line(m))
		}
	}
	return s.confirm(ctx, "go on?", "nothing was changed", diag.At(diag.Position{}, diag.BadArgument, "trust asks before it changes a store, and there is no terminal").
		WithHint("banyan trust --dry-run prints the commands, banyan trust --yes runs them"))
}

func (s *shell) showTrust(o trustOptions, r trust.Report, hints []trust.Hint) {
	s.note("root of this user's authority, good until %s\n  %s\n", r.Expires.Format(time.DateOnly), r.Root)
	for _, f := range r.Stores {
		how, sign, says := terminal.Yellow, "!", "does not trust it"
		switch {
		case f.Trusted:
			how, sign, says = terminal.Green, "✓", "trusts it"
		case f.Held == "absent" && o.remove:
			how, sign, says = terminal.Green, "✓", "does not have it"
		case f.Held == "partly":
			says = "has it and does not trust it"
		}
		if f.Wrong != "" {
			how, sign, says = terminal.Red, "✗", s.Screen.Harmless(f.Wrong)
		}
		s.printf("%s %s: %s\n", s.paint(how, sign), f.Name, says)
		if f.Run != "" {
			s.printf("    run   %s\n", f.Run)
		}
		if f.Fix != "" {
			s.printf("    fix   %s\n", f.Fix)
		}
	}
	switch {
	case o.remove:
		s.note("%s\n", s.paint(terminal.Dim, "the authority itself stays; banyan purge --user removes it with all else of this user"))
	case !o.show:
		for _, h := range hints {
			s.note("  %s %s\n", terminal.Pad(h.Who, 7), s.paint(terminal.Dim, h.Do))
		}
		s.note("%s\n", s.paint(terminal.Dim, "programs that run already look again when they are started; banyan trust --remove undoes it"))
	}
}

// untrusted refuses to remove an authority whose root is in a trust store: it would stay there, of use to nobody.
func (s *shell) untrusted(ctx context.Context) error {
	authority, err := s.authority(trustOptions{remove: true})
	if err != nil {
		return nil //nolint:nilerr // there is none, or none that could be looked for
	}
	stores, _ := trust.Stores(trust.Real(s.Environ), trust.System, trust.Browsers)
	for _, p := range trust.Removing(ctx, stores, trust.Root{Certificate: authority.Root, Path: authority.RootPath, ID: authority.ID()}) {
		if len(p.Commands) > 0 {
			return diag.At(diag.Position{}, diag.AuthorityTrusted, "%s still trusts the root of this user's authority", p.Store.Name()).
				WithHint("banyan trust --remove takes it out")
		}
	}
	return nil
}

// secure is where the application answers under TLS.
func (s *shell) secure(app api.App) {
	if app.HTTPS != "" {
		s.note("  https      %s   %s\n", app.HTTPS, s.paint(terminal.Dim, "(once: banyan trust)"))
	}
}
