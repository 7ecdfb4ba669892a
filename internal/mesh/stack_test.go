package mesh

import (
	"testing"
)

func TestTheStackIsWhole(t *testing.T) {
	for _, e := range stack {
		if e.name == "" || e.explain == nil || e.build == nil {
			t.Errorf("layer %q has no name, no explanation, or no way to be built", e.name)
		}
	}
}
