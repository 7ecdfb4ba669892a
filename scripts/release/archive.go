package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// file is one in an archive.
type file struct {
	name  string
	bytes []byte
	mode  fs.FileMode
}

// tarball writes files with their folders before them, all of root and of one time, and compresses it.
func tarball(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	compressed := gzipWriter(&out)
	w := tar.NewWriter(compressed)
	made := map[string]bool{"": true, ".": true}
	for _, f := range files {
		if err := folders(w, above(f.name), at, made); err != nil {
			return nil, err
		}
		if err := entry(w, f, at); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(w.Close(), compressed.Close()); err != nil {
		return nil, fmt.Errorf("ending the archive: %w", err)
	}
	return out.Bytes(), nil
}

// gzipWriter writes no name and no time of its own (RFC 1952 §2.3.1).
func gzipWriter(w io.Writer) *gzip.Writer {
	g, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one
	}
	return g
}

// above is the folder of a name as it is written: dpkg's begin with a point, and stay so.
func above(name string) string { return name[:max(0, strings.LastIndexByte(name, '/'))] }

func folders(w *tar.Writer, name string, at time.Time, made map[string]bool) error {
	if made[name] {
		return nil
	}
	if err := folders(w, above(name), at, made); err != nil {
		return err
	}
	made[name] = true
	return head(w, &tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755}, at)
}

func entry(w *tar.Writer, f file, at time.Time) error {
	if err := head(w, &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: int64(f.mode.Perm()), Size: int64(len(f.bytes))}, at); err != nil {
		return err
	}
	if _, err := w.Write(f.bytes); err != nil {
		return fmt.Errorf("writing %s: %w", f.name, err)
	}
	return nil
}

func head(w *tar.Writer, h *tar.Header, at time.Time) error {
	h.ModTime, h.Uname, h.Gname, h.Format = at, "root", "root", tar.FormatGNU // dpkg reads no other of long names
	if err := w.WriteHeader(h); err != nil {
		return fmt.Errorf("writing %s: %w", h.Name, err)
	}
	return nil
}

func zipped(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(f.mode)
		into, err := w.CreateHeader(h)
		if err == nil {
			_, err = into.Write(f.bytes)
		}
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("ending the archive: %w", err)
	}
	return out.Bytes(), nil
}

// gzipped is one file, compressed.
func gzipped(text []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzipWriter(&out)
	_, err := w.Write(text)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	return out.Bytes(), nil
}
