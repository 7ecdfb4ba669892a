package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version and commit are what scripts/release tells the linker; they are empty in other builds.
var version, commit string

// release is which banyan this is.
type release struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

// thisRelease reads what was written into the binary: the version and the commit that it was built from.
func thisRelease() release {
	r := release{Version: "development", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if version != "" {
		r.Version, r.Commit = version, commit
		return r
	}
	info, known := debug.ReadBuildInfo()
	if !known {
		return r
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		r.Version = v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			r.Commit = setting.Value
		}
	}
	return r
}

func (r release) text() string { return fmt.Sprintf("banyan %s (%s, %s)", r.Version, r.Go, r.System) }

func (s *shell) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: "Print which banyan this is",
		Long:    "Print the version of this binary, the Go that built it and the system it is for.",
		Example: "  banyan version\n  banyan version -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			r := thisRelease()
			return s.list(r, func() { s.printf("%s\n", r.text()) })
		},
	}
	s.outputFlag(cmd)
	return cmd
}
