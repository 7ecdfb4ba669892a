package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/node"
	"github.com/banyan-run/banyan/internal/subset"
)

func (p place) log() string { return filepath.Join(p.Run(), "keeper.log") }

// spawn starts the keeper of the application, which starts the control process.
func (s *shell) spawn(at place, o upOptions) (*keeper.Process, error) {
	args := append([]string{"keeper", "--run", s.newRun()}, s.hidden(at, handed{o.noWatch, o.wish(), o.overrides})...)
	return keeper.Spawn(keeper.SpawnOptions{
		Executable: s.Executable, Args: args, Dir: at.Root, Env: s.Environ, Leash: !o.detach, Log: at.log(),
	})
}

// newRun identifies a run: when it began, so that runs sort, and chance, so that two never are the same.
func (s *shell) newRun() string {
	var chance [3]byte
	_, _ = rand.Read(chance[:]) // never fails (crypto/rand)
	return s.Now().UTC().Format("20060102-150405-") + hex.EncodeToString(chance[:])
}

// handed is what up hands on to the keeper and the keeper to the control process.
type handed struct {
	noWatch   bool
	wish      subset.Wish
	overrides []string
}

// hidden are the flags that say it.
func (s *shell) hidden(at place, h handed) []string {
	args := []string{"--file", at.file, "--env", s.environment}
	if at.Name != "" {
		args = append(args, "--project", at.Name)
	}
	if h.noWatch {
		args = append(args, "--no-watch")
	}
	for _, name := range h.wish.Names {
		args = append(args, "--only", name)
	}
	for _, name := range h.wish.Except {
		args = append(args, "--except", name)
	}
	for _, one := range h.overrides {
		args = append(args, "--override", one)
	}
	return args
}

// keeperCommand is the process that up starts; people never type it.
func (s *shell) keeperCommand() *cobra.Command {
	run, h := "", handed{}
	cmd := &cobra.Command{
		Use: "keeper", Short: "Keep what up starts", Hidden: true, Args: takes(0, 0, "no arguments"),
		Example: "  banyan keeper --file banyan.yaml --run 1",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := s.place()
			if err != nil {
				return err
			}
			// The keeper has its own answer to signals.
			return keeper.Run(context.WithoutCancel(cmd.Context()), keeper.Options{
				Dir: at.Run(), Run: run, Control: append([]string{s.Executable, "control"}, s.hidden(at, h)...),
			})
		},
	}
	s.handedOn(cmd, &h)
	cmd.Flags().StringVar(&run, "run", "", "identifier of the run")
	return cmd
}

// controlCommand is the process that the keeper starts, and starts again.
func (s *shell) controlCommand() *cobra.Command {
	h := handed{}
	cmd := &cobra.Command{
		Use: "control", Short: "Control what up starts", Hidden: true, Args: takes(0, 0, "no arguments"),
		Example: "  banyan control --file banyan.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := s.place()
			if err != nil {
				return err
			}
			return node.Run(cmd.Context(), node.Options{
				File: at.file, Environment: s.environment, Project: at.Name, Environ: outer(s.Environ), Version: thisRelease().Version,
				Watch: !h.noWatch, Wish: h.wish, Overrides: h.overrides,
			})
		},
	}
	s.handedOn(cmd, &h)
	return cmd
}

func (s *shell) handedOn(cmd *cobra.Command, h *handed) {
	s.overlaid(cmd)
	cmd.Flags().BoolVar(&h.noWatch, "no-watch", false, "do not watch sources")
	cmd.Flags().StringArrayVar(&h.wish.Names, "only", nil, "what runs")
	cmd.Flags().StringArrayVar(&h.wish.Except, "except", nil, "what does not")
	cmd.Flags().StringArrayVar(&h.overrides, "override", nil, "who answers for a service")
}

// outer is the environment of banyan up: without the descriptors that the keeper names in it, which no service may see.
func outer(environ []string) []string {
	var kept []string
	for _, v := range environ {
		if !strings.HasPrefix(v, "BANYAN_KEEPER_") {
			kept = append(kept, v)
		}
	}
	return kept
}
