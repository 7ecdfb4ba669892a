package runner

import (
	"errors"
	"os"
	"runtime"
	"testing"
)

func TestTheCostIsOfTheProcessAlone(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system tells no cost of a process")
	}
	before, known := CostOf(os.Getpid())
	if !known || before.Resident < 64<<10 || before.CPU < 0 {
		t.Fatalf("%+v", before)
	}
	if _, known := CostOf(1 << 30); known {
		t.Error("a process that is not there costs something")
	}
	if runtime.GOOS != "linux" {
		return
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	after, _ := CostOf(os.Getpid())
	if after.Descriptors != before.Descriptors+2 || after.Anonymous <= 0 || after.Anonymous > after.Resident {
		t.Errorf("with a pipe more it is %+v, after %+v", after, before)
	}
	if err := errors.Join(reader.Close(), writer.Close()); err != nil {
		t.Error(err)
	}
}
