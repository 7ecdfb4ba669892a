package graph

// Names under .localhost are this machine's (RFC 6761 §6.3): the application has one, and each of its services one below it.
const localhost = "localhost"

// HTTPS is where the application answers under TLS, host:port; empty for nowhere. Certificates are the user's own authority's,
// which only this machine trusts, so only the environment local has it.
func (a *App) HTTPS() string {
	if a.Environment != Local {
		return ""
	}
	return a.Edge.HTTPS
}

// Host is the application's name under HTTPS.
func (a *App) Host() string { return a.Name + "." + localhost }

// HostOf is the name of a service under HTTPS; empty for what has none: what somebody else runs, and what speaks no HTTP.
func (a *App) HostOf(service string) string {
	if s, ours := a.Service(service); !ours || s.Protocol == TCP {
		return ""
	}
	return service + "." + a.Host()
}
