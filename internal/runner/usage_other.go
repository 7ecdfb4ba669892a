//go:build !linux && !darwin

package runner

// Usages finds nothing on this system.
func Usages([]int) map[int]Usage { return nil }
