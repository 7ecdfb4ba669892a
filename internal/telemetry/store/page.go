package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	// pageRows is how many rows a page of a column holds: what a question about one row has to decompress.
	pageRows = 1024
	// blockRows bounds a block, so that 32 bits select among its pages.
	blockRows = 32 * pageRows
	// biggestPage bounds what a page may claim to hold: the rows of a page are at most what a log holds before it is sealed.
	biggestPage = 64 << 20
	// worth is the least that is compressed.
	worth = 64
	// window is zstd's: it bounds what an encoder and a decoder hold, and no page of a usual block is longer.
	window = 128 << 10
)

// The forms of a page.
const (
	stored byte = iota
	compressed
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errEncoding = errors.New("a record does not follow the format")
	errDamaged  = errors.New("the block is damaged")
)

// extent is where a page is in its block: CRC and form (5 bytes), then the content.
type extent struct{ offset, length uint32 }

const pageHead = 5

// pageWriter appends pages to a block in memory.
type pageWriter struct {
	out     []byte
	packed  []byte
	encoder *zstd.Encoder
}

func newPageWriter() (*pageWriter, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("making a compressor: %w", err)
	}
	return &pageWriter{encoder: encoder}, nil
}

func (w *pageWriter) page(raw []byte) extent {
	start := len(w.out)
	w.out = append(w.out, 0, 0, 0, 0, stored)
	if w.packs(raw) {
		w.out[start+4] = compressed
		w.out = append(binary.AppendUvarint(w.out, uint64(len(raw))), w.packed...)
	} else {
		w.out = append(w.out, raw...)
	}
	sealPage(w.out[start:])
	return extent{uint32(start), uint32(len(w.out) - start)}
}

// sealPage fills in the CRC.
func sealPage(framed []byte) {
	binary.LittleEndian.PutUint32(framed, crc32.Checksum(framed[4:], castagnoli))
}

// sound tells whether the CRC is right.
func sound(framed []byte) bool {
	return crc32.Checksum(framed[4:], castagnoli) == binary.LittleEndian.Uint32(framed)
}

// packs tells whether compressing is worth it, and leaves the result in packed.
func (w *pageWriter) packs(raw []byte) bool {
	if len(raw) < worth {
		return false
	}
	w.packed = w.encoder.EncodeAll(raw, w.packed[:0])
	return len(w.packed) < len(raw)-len(raw)/16
}

// decoders lends decompressors; the garbage collector takes those that rest.
type decoders struct{ pool sync.Pool }

func (d *decoders) take() (*zstd.Decoder, error) {
	if got, ok := d.pool.Get().(*zstd.Decoder); ok {
		return got, nil
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(biggestPage))
	if err != nil {
		return nil, fmt.Errorf("making a decompressor: %w", err)
	}
	return decoder, nil
}

func (d *decoders) give(decoder *zstd.Decoder) { d.pool.Put(decoder) }

// readPage reads and checks the page at an extent.
func readPage(in io.ReaderAt, at extent, decoder *zstd.Decoder) ([]byte, error) {
	if at.length < pageHead || at.length > biggestPage {
		return nil, errDamaged
	}
	framed := make([]byte, at.length)
	if _, err := in.ReadAt(framed, int64(at.offset)); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errDamaged
		}
		return nil, err
	}
	return openPage(framed, decoder)
}

func openPage(framed []byte, decoder *zstd.Decoder) ([]byte, error) {
	if len(framed) < pageHead || !sound(framed) {
		return nil, errDamaged
	}
	content := framed[pageHead:]
	switch framed[4] {
	case stored:
		return content, nil
	case compressed:
		size, n := binary.Uvarint(content)
		if n <= 0 || size > biggestPage {
			return nil, errDamaged
		}
		raw, err := decoder.DecodeAll(content[n:], make([]byte, 0, size))
		if err != nil || uint64(len(raw)) != size {
			return nil, errDamaged
		}
		return raw, nil
	}
	return nil, errDamaged
}
