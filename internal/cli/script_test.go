package cli

import "testing"

// TestSessions runs what needs no running application.
func TestSessions(t *testing.T) { script(t, "testdata/script", nil) }
