package runner

import (
	"runtime"
	"testing"
)

func TestUsagesAreOfTheWholeGroup(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system tells no usage of a group")
	}
	group := process(t, "wait").Process.Pid
	const absent = 1 << 30
	all := Usages([]int{group, absent})
	u, there := all[group]
	if !there || u.Processes != 1 || u.Resident < 64<<10 || u.CPU < 0 {
		t.Fatalf("%+v", all)
	}
	if runtime.GOOS == "linux" && (u.Anonymous <= 0 || u.Anonymous > u.Resident) {
		t.Fatalf("%+v", u)
	}
	if _, there := all[absent]; there || len(all) != 1 {
		t.Fatalf("a group that is not there: %+v", all)
	}
}
