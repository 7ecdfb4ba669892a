package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/subset"
)

// The test binary plays every process of a run: its first argument names the role.
const (
	asKeeper  = "as-keeper"
	asControl = "as-control"
	asService = "as-service"
	// asOverrides is the variable that holds what --override would.
	asOverrides = "TEST_OVERRIDES"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		roles := map[string]func() error{asKeeper: beKeeper, asControl: beControl, asService: beService}
		if role := roles[os.Args[1]]; role != nil {
			if err := role(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// beKeeper keeps the application of os.Args[2].
func beKeeper() error {
	root := os.Args[2]
	return keeper.Run(context.Background(), keeper.Options{
		Dir: runFolder(root), Run: os.Args[3], Control: append([]string{os.Args[0], asControl, root}, os.Args[4:]...),
	})
}

// beControl controls the application of os.Args[2]; what follows are names of the set, with a dash those that are left out.
func beControl() error {
	var wish subset.Wish
	for _, name := range os.Args[3:] {
		if left, is := strings.CutPrefix(name, "-"); is {
			wish.Except = append(wish.Except, left)
			continue
		}
		wish.Names = append(wish.Names, name)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := Run(ctx, Options{
		File: os.Args[2] + "/banyan.yaml", Environment: "local", Environ: os.Environ(), Version: filepath.Base(os.Args[0]), Watch: true, Wish: wish,
		Overrides: strings.Fields(os.Getenv(asOverrides)),
	})
	if errors.Is(err, errKeeperGone) {
		return nil
	}
	return err
}
