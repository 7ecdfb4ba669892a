package proxy

import (
	"bytes"
	"errors"
	"io"

	"github.com/banyan-run/banyan/internal/exchange"
)

// chunked takes the chunked coding off (RFC 9112 §7.1). Extensions are checked and dropped.
type chunked struct {
	from *source
	left int64 // of the present chunk
	// begun says that a chunk came before: its data is followed by CR LF.
	begun, done bool
	trailer     *exchange.Head
}

// chunkLine bounds a chunk's first line, trailerBytes and trailerFields the trailer section.
const (
	chunkLine     = 512
	trailerBytes  = 8 << 10
	trailerFields = 64
)

func (c *chunked) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if c.left == 0 {
		if err := c.next(); err != nil {
			return 0, cutShort(err)
		}
		if c.done {
			return 0, io.EOF
		}
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if n > 0 {
		err = nil
	}
	return n, cutShort(err)
}

// ready is how many bytes of data can be read without waiting, as far as that is known.
func (c *chunked) ready() int {
	if c.left == 0 && !c.begun && !c.done {
		data := c.from.buffered()
		if feed := bytes.IndexByte(data, '\n'); feed > 0 && feed+1 < len(data) {
			return 1
		}
	}
	return int(min(int64(len(c.from.buffered())), c.left))
}

// next reads up to the data of the next chunk, or the whole trailer section after the last. What an interrupted read
// left half read is read again from its start, for nothing is taken before it is complete.
func (c *chunked) next() error {
	if c.begun {
		end, err := c.need(2)
		if err != nil {
			return err
		}
		if !bytes.Equal(end, crlf) {
			return errChunkEnd
		}
		c.from.r += 2
		c.begun = false
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	size, err := chunkSize(line[:len(line)-2])
	if err != nil {
		return err
	}
	if size == 0 {
		return c.end(len(line))
	}
	c.from.r += len(line)
	c.left, c.begun = size, true
	return nil
}

func (c *chunked) need(n int) ([]byte, error) {
	for len(c.from.buffered()) < n {
		if err := c.from.fill(); err != nil {
			return nil, err
		}
	}
	return c.from.buffered()[:n], nil
}

// line returns the next line with its end, and leaves it untaken.
func (c *chunked) line() ([]byte, error) {
	for {
		data := c.from.buffered()
		if feed := bytes.IndexByte(data, '\n'); feed >= 0 && feed < chunkLine {
			if feed == 0 || data[feed-1] != '\r' {
				return nil, errChunkLine
			}
			return data[:feed+1], nil
		}
		if len(data) >= chunkLine {
			return nil, errChunkLine
		}
		if err := c.from.fill(); err != nil {
			return nil, err
		}
	}
}

// chunkSize reads a line without its end: 1*HEXDIG that fits, then extensions.
func chunkSize(line []byte) (int64, error) {
	var size int64
	digits := 0
	for ; digits < len(line); digits++ {
		d := hexDigit(line[digits])
		if d > 15 {
			break
		}
		size = size<<4 | int64(d)
	}
	if digits == 0 || digits > 15 {
		return 0, errChunkSize
	}
	if extension := line[digits:]; len(extension) > 0 && (extension[0] != ';' || !validValue(extension)) {
		return 0, errChunkLine
	}
	return size, nil
}

func hexDigit(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return b - '0'
	case 'a' <= b|0x20 && b|0x20 <= 'f':
		return b | 0x20 - 'a' + 10
	}
	return 0xff
}

// end reads the trailer section, which begins at offset after the line of the last chunk.
func (c *chunked) end(offset int) error {
	at := offset
	for {
		data := c.from.buffered()
		end, err := headEnd(data, &at)
		if err != nil {
			return err
		}
		if end > 0 {
			c.from.r += end
			c.done = true
			return c.readTrailer(data[offset:end])
		}
		if len(data) > trailerBytes {
			return errHeadLarge
		}
		if err := c.from.fill(); errors.Is(err, io.ErrShortBuffer) {
			c.widen()
		} else if err != nil {
			return err
		}
	}
}

// widen moves what is buffered to a buffer in which a whole trailer section fits.
func (c *chunked) widen() {
	s := c.from
	larger := make([]byte, trailerBytes+small)
	s.w = copy(larger, s.buf[s.r:s.w])
	s.buf, s.r, s.pinned = larger, 0, 0 // the head may live in the one before
}

func (c *chunked) readTrailer(block []byte) error {
	if len(block) == 2 {
		return nil
	}
	var f framing
	f.reset()
	var received exchange.Head
	if err := parseFields(block, &received, &f, trailerFields); err != nil {
		return err
	}
	if f.hosts > 0 || f.encoded || f.length != exchange.Unknown {
		return errTrailer
	}
	for name, value := range received.Fields() {
		c.trailer.Add(string(name), string(value))
	}
	return nil
}

// cutShort makes the end of the connection inside a message what it is.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCutShort
	}
	return err
}
