package terminal

import (
	"fmt"
	"io"
	"strings"
)

// Block is some lines at the end of the screen that are drawn again in place. It is for one goroutine.
type Block struct {
	out           io.Writer
	width, height int
	drawn         int
	shown         string
}

// Block begins one on out, the output that the screen describes; only where that is Live does it show well.
func (s Screen) Block(out io.Writer) *Block {
	return &Block{out: out, width: s.Width, height: s.Height}
}

// Draw puts text in the place of what was drawn before; an equal text is left as it stands.
func (b *Block) Draw(text string) {
	if text == b.shown && b.drawn > 0 {
		return
	}
	b.shown = text
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if b.height > 1 && len(lines) >= b.height { // what scrolled away cannot be drawn again
		lines = append(lines[:b.height-2], "…")
	}
	var out strings.Builder
	out.WriteString(b.rewind())
	for _, line := range lines {
		out.WriteString("\x1b[2K" + Clip(line, b.width) + "\n")
	}
	out.WriteString("\x1b[J")
	b.drawn = len(lines)
	fmt.Fprint(b.out, out.String())
}

func (b *Block) rewind() string {
	if b.drawn == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA", b.drawn)
}
