package dashboard

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ about, text, want string }{
		{"plain text stays", "order 7 stored", "order 7 stored"},
		{"tabs and line ends stay", "a\tb\nc", "a\tb\nc"},
		{"colours go", "\x1b[1;31mERROR\x1b[0m x", "ERROR x"},
		{"a window title goes, ended by BEL or by ST", "\x1b]0;pwned\x07a\x1b]0;pwned\x1b\\b", "ab"},
		{"a link keeps its text", "\x1b]8;;http://x.example\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"a character set is chosen no more", "\x1b(Ba", "a"},
		{"a short sequence goes", "\x1b7\x1bca", "a"},
		{"a sequence that is cut short takes the rest", "a\x1b[31", "a"},
		{"a lone escape is shown", "a\x1b", "a␛"},
		{"control characters are shown", "a\rb\x00c\x7f", "a␍b␀c␡"},
		{"C1 controls and bidirectional ones are replaced", "a\u009bb\u202ec\u2066", "a\ufffdb\ufffdc\ufffd"},
		{"bytes that are no UTF-8 are replaced", "a\xffb", "a\ufffdb"},
		{"other scripts stay", "ключ 鍵 🔑", "ключ 鍵 🔑"},
	} {
		if got := plain(c.text); got != c.want {
			t.Errorf("%s: plain(%q) is %q, want %q", c.about, c.text, got, c.want)
		}
	}
	if got := plain(strings.Repeat("x", 2*longest)); len(got) > longest+8 || !strings.HasSuffix(got, " …") {
		t.Errorf("a text of %d bytes became one of %d", 2*longest, len(got))
	}
}

func TestTextRefusesWhatIsNoString(t *testing.T) {
	var text Text
	if err := json.Unmarshal([]byte("7"), &text); err == nil {
		t.Error("a number was read as a text")
	}
}

func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"", "\x1b[31mred\x1b[0m", "\x1b]0;t\x07", "\x1b", "\x1bP", "a\xff\u202e", "\x1b(\x1b[", "\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := plain(text)
		if !utf8.ValidString(got) {
			t.Errorf("plain(%q) is no UTF-8", text)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r != shown(r) }) {
			t.Errorf("plain(%q) is %q, which has control characters", text, got)
		}
	})
}
