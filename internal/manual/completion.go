package manual

import (
	"bytes"
	"fmt"
)

// Completions are the scripts that complete commands, by the names under which packages install them.
func (m Manual) Completions() (map[string][]byte, error) {
	name := m.Root.Name()
	var bash, zsh, fish, power bytes.Buffer
	for _, err := range []error{
		m.Root.GenBashCompletionV2(&bash, true), m.Root.GenZshCompletion(&zsh),
		m.Root.GenFishCompletion(&fish, true), m.Root.GenPowerShellCompletionWithDesc(&power),
	} {
		if err != nil {
			return nil, fmt.Errorf("writing completions: %w", err)
		}
	}
	return map[string][]byte{
		name + ".bash": bash.Bytes(), "_" + name: zsh.Bytes(), name + ".fish": fish.Bytes(), name + ".ps1": power.Bytes(),
	}, nil
}
