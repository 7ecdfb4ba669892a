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
)

func (p place) log() string { return filepath.Join(p.Run(), "keeper.log") }

// spawn starts the keeper of the application, which starts the control process.
func (s *shell) spawn(at place, o upOptions) (*keeper.Process, error) {
	args := append([]string{"keeper", "--run", s.newRun()}, s.hidden(at, !o.noWatch)...)
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

// hidden are the flags that up hands on to the keeper and the keeper to the control process.
func (s *shell) hidden(at place, watch bool) []string {
	args := []string{"--file", at.file, "--env", s.environment}
	if at.Name != "" {
		args = append(args, "--project", at.Name)
	}
	if !watch {
		args = append(args, "--no-watch")
	}
	return args
}

// keeperCommand is the process that up starts; people never type it.
func (s *shell) keeperCommand() *cobra.Command {
	run, noWatch := "", false
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
				Dir: at.Run(), Run: run, Control: append([]string{s.Executable, "control"}, s.hidden(at, !noWatch)...),
			})
		},
	}
	s.handedOn(cmd, &noWatch)
	cmd.Flags().StringVar(&run, "run", "", "identifier of the run")
	return cmd
}

// controlCommand is the process that the keeper starts, and starts again.
func (s *shell) controlCommand() *cobra.Command {
	noWatch := false
	cmd := &cobra.Command{
		Use: "control", Short: "Control what up starts", Hidden: true, Args: takes(0, 0, "no arguments"),
		Example: "  banyan control --file banyan.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := s.place()
			if err != nil {
				return err
			}
			return node.Run(cmd.Context(), node.Options{
				File: at.file, Environment: s.environment, Project: at.Name, Environ: outer(s.Environ), Version: thisRelease().Version, Watch: !noWatch,
			})
		},
	}
	s.handedOn(cmd, &noWatch)
	return cmd
}

func (s *shell) handedOn(cmd *cobra.Command, noWatch *bool) {
	s.overlaid(cmd)
	cmd.Flags().BoolVar(noWatch, "no-watch", false, "do not watch sources")
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
