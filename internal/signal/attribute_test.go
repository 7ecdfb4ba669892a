package signal

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestAttributesAreAnObject(t *testing.T) {
	a := Attributes{{"z", "1"}, {"a \"quoted\"", "ü\n"}}
	a.Set("z", "2")
	a.Set("m", "")
	text, err := json.Marshal(a)
	if err != nil || string(text) != `{"z":"2","a \"quoted\"":"ü\n","m":""}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back Attributes
	if err := json.Unmarshal(text, &back); err != nil || !slices.Equal(back, Attributes{{"a \"quoted\"", "ü\n"}, {"m", ""}, {"z", "2"}}) {
		t.Fatalf("%v, %v", back, err)
	}
	if _, there := back.Lookup("m"); !there || back.Get("z") != "2" || back.Get("none") != "" {
		t.Fatal(back)
	}
	if err := json.Unmarshal([]byte(`{"a":1}`), &back); err == nil {
		t.Fatal("a number was taken for a text")
	}
}
