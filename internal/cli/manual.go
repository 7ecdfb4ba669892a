package cli

import "github.com/banyan-run/banyan/internal/manual"

// Manual is the tree of commands and the exit codes, for what is written about them.
func Manual() manual.Manual {
	s := &shell{}
	m := manual.Manual{Root: s.root()}
	m.Root.InitDefaultHelpFlag()
	for _, e := range exitCodes {
		m.Exits = append(m.Exits, manual.Exit{Code: e.code, About: e.about})
	}
	return m
}
