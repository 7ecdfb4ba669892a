//go:build linux || darwin

package keeper

import (
	"errors"

	"github.com/banyan-run/banyan/internal/diag"
)

// unusable says that the state folder cannot be used, and the way out.
func unusable(dir string, err error) error {
	hint := "mend its permissions or free space; .banyan can be deleted to start afresh"
	if errors.Is(err, errVersion) {
		hint = "stop the application with the banyan that started it, or delete .banyan to start afresh"
	}
	return diag.At(diag.Position{}, diag.StateUnusable, "the folder %s cannot be used: %v", dir, err).WithHint("%s", hint)
}
