package terminal

import (
	"fmt"
	"maps"
	"testing"
)

func TestEachNameHasItsColour(t *testing.T) {
	given := []string{"orders", "catalog", "users"}
	if one, other := Palette(given), Palette([]string{"users", "catalog", "orders"}); !maps.Equal(one, other) || len(one) != 3 {
		t.Errorf("the order decides: %v, %v", one, other)
	}
	if given[0] != "orders" {
		t.Error("the list of the caller was sorted")
	}
	var names []string
	for i := range 11 {
		names = append(names, fmt.Sprintf("service-%02d", i))
	}
	seen := map[Style]int{}
	for _, color := range Palette(names) {
		seen[color]++
	}
	if len(seen) != 10 || seen[Red] != 0 {
		t.Errorf("eleven names share %v", seen)
	}
}
