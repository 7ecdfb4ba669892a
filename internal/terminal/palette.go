package terminal

import "slices"

// palette is told apart on light and dark grounds; red is kept for what is wrong.
var palette = []Style{"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"}

// Palette gives each name a colour, by its place in the alphabet, so that an equal set has equal colours. Ten names have ten.
func Palette(names []string) map[string]Style {
	colors := map[string]Style{}
	for i, name := range slices.Sorted(slices.Values(names)) {
		colors[name] = palette[i%len(palette)]
	}
	return colors
}
