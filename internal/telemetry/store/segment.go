package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// header names the format and its version; a segment of another version is left alone and not read.
	header = "BYNSEG\x00\x01"
	// frame is length and CRC before each record.
	frame = 8
	// biggest bounds a record: a line of 64 KiB twice, and room. What claims more is torn.
	biggest = 256 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errVersion says that a segment was written by another version of Banyan.
var errVersion = errors.New("the segment is of another version")

// file is what a segment needs of an *os.File.
type file interface {
	io.WriterAt
	io.ReaderAt
	io.Closer
	Truncate(size int64) error
}

// requests is the ring of spans and of the records of requests. What a service writes is in a ring that has its name.
const requests = ""

// segment is one file. Its ring and its number are in its name; the number grows over all rings. Once a segment is in Disk's list, size changes under Disk's lock;
// newest and writable are the writer's.
type segment struct {
	ring   string
	number uint32
	path   string
	file   file
	size   int64
	newest time.Time
	// writable is false for a segment of another version, and for one that was not read to its end.
	writable bool
}

// segmentName is `0000000007.seg` for requests and `0000000007-orders.seg` for what orders writes.
func segmentName(ring string, number uint32) string {
	if ring == requests {
		return fmt.Sprintf("%010d.seg", number)
	}
	return fmt.Sprintf("%010d-%s.seg", number, url.QueryEscape(ring))
}

// parseName tells whether a file is a segment, and which.
func parseName(path string) (ring string, number uint32, ours bool) {
	digits, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".seg"), "-")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return "", 0, false
	}
	ring, err = url.QueryUnescape(name)
	return ring, uint32(n), err == nil
}

// put writes records that are framed already, at the end; the caller then adds them to size. What a failed write left is cut,
// so that a reader meets no half a record.
func (s *segment) put(framed []byte) error {
	_, err := s.file.WriteAt(framed, s.size)
	if err == nil {
		return nil
	}
	return errors.Join(err, s.file.Truncate(s.size))
}

// record reads the record at offset.
func (s *segment) record(offset int64, buffer []byte) ([]byte, error) {
	var head [frame]byte
	if _, err := s.file.ReadAt(head[:], offset); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > biggest {
		return nil, errEncoding
	}
	if cap(buffer) < int(n) {
		buffer = make([]byte, n)
	}
	buffer = buffer[:n]
	if _, err := s.file.ReadAt(buffer, offset+frame); err != nil {
		return nil, err
	}
	if crc32.Checksum(buffer, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errEncoding
	}
	return buffer, nil
}

// walk calls each for every whole record up to limit, and returns where the first that is torn begins.
func (s *segment) walk(limit int64, each func(offset int64, record []byte)) (end int64, err error) {
	in := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, limit), 64<<10)
	var head [len(header)]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, unlessTorn(err) // torn while it was made: it is empty
	}
	if string(head[:]) != header {
		return 0, errVersion
	}
	end = int64(len(header))
	var buffer []byte
	for {
		if buffer, err = next(in, buffer); err != nil {
			return end, unlessTorn(err)
		}
		each(end, buffer)
		end += frame + int64(len(buffer))
	}
}

// unlessTorn is nil for the end of what was written whole: a disk that fails to read is no reason to cut.
func unlessTorn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errEncoding) {
		return nil
	}
	return err
}

func next(in *bufio.Reader, buffer []byte) ([]byte, error) {
	var head [frame]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n == 0 || n > biggest {
		return nil, errEncoding
	}
	if cap(buffer) < int(n) {
		buffer = make([]byte, n, max(int(n), 1<<10))
	}
	buffer = buffer[:n]
	if _, err := io.ReadFull(in, buffer); err != nil {
		return nil, err
	}
	if crc32.Checksum(buffer, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errEncoding
	}
	return buffer, nil
}

// seal fills in the frame that begins at start and holds the rest of b.
func seal(b []byte, start int) {
	record := b[start+frame:]
	binary.LittleEndian.PutUint32(b[start:], uint32(len(record)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(record, castagnoli))
}

func openFile(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}
