package doctor

// Support says how far a feature goes on each system. docs/capabilities.md has the same rows.
type Support struct {
	Feature string `json:"feature"`
	Linux   string `json:"linux"`
	MacOS   string `json:"macos"`
	Windows string `json:"windows"`
}

// Systems are the support tiers of what differs.
func Systems() []Support {
	return []Support{
		{"reading and explaining the file", "yes", "yes", "yes"},
		{"running an application", "yes, tested", "compiles, vetted; not tested", "no: `up` says so"},
		{"ending all after kill -9", "yes", "but for what left its group", "no"},
		{"who connects to an edge", "the process is looked up", "the port alone says", "no"},
		{"who may use the control socket", "the user, no service", "the user", "no"},
		{"who holds a port that is taken", "named", "not named", "not named"},
		{"watching sources", "inotify", "an open file for each", "no"},
		{"anonymous memory of instances", "yes", "resident memory only", "no"},
		{"CPU and memory limits", "not yet", "no", "no"},
	}
}

// On is the cell of one system, by its GOOS.
func (s Support) On(system string) string {
	switch system {
	case "linux":
		return s.Linux
	case "darwin":
		return s.MacOS
	case "windows":
		return s.Windows
	}
	return "not tried"
}
