package unit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var sizes = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// ParseSize reads a size in bytes: a number with B, kB, MB, GB, TB or KiB, MiB, GiB, TiB (IEC 80000-13).
func ParseSize(text string) (int64, error) {
	for _, s := range sizes {
		number, found := strings.CutSuffix(text, s.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n >= 0) || n*s.bytes >= math.MaxInt64 {
			break
		}
		return int64(n * s.bytes), nil
	}
	return 0, fmt.Errorf("%q is no size: write it as 512KiB, 64MiB or 2GB", text)
}

// Size writes n bytes for people, in powers of 1024 with one decimal below ten.
func Size(n int64) string {
	value, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, next
	}
	if unit == "B" || value >= 10 {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}

// parseCount takes no sign.
func parseCount(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), err
}
