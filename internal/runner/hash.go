package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

const (
	// maxSources bounds how many files are hashed: a folder with more is not one service's sources.
	maxSources = 200_000
	// hashCacheVersion is part of the cache file; another version is read as an empty one.
	hashCacheVersion = 1
	// settled is how old a file must be for its time to be trusted: a later write might leave the same time.
	settled = 2 * time.Second
)

// ErrTooManySources says that dir holds more files than are hashed; a .gitignore leaves out what is no source.
var ErrTooManySources = errors.New("more than 200000 files that git does not ignore")

// Hasher hashes sources and remembers what it read, so that a second look reads only what changed.
type Hasher struct {
	file string
	mu   struct {
		sync.Mutex
		known map[string]fileHash
		dirty bool
	}
}

type fileHash struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"`
	Inode    uint64 `json:"inode,omitempty"`
	Hash     string `json:"hash"`
}

type hashCache struct {
	Version int                 `json:"version"`
	Files   map[string]fileHash `json:"files"`
}

// NewHasher returns a hasher that keeps its memory in file, which may not exist; "" keeps none.
func NewHasher(file string) *Hasher {
	h := &Hasher{file: file}
	h.mu.known = map[string]fileHash{}
	var cache hashCache
	if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &cache) == nil && cache.Version == hashCacheVersion && cache.Files != nil {
		h.mu.known = cache.Files
	}
	return h
}

// Save writes the memory when it changed.
func (h *Hasher) Save() error {
	cache, dirty := h.snapshot()
	if h.file == "" || !dirty {
		return nil
	}
	b, err := json.Marshal(cache)
	if err != nil {
		return fmt.Errorf("keeping hashes: %w", err)
	}
	if err := atomicfile.Replace(h.file, b, 0o600); err != nil {
		return fmt.Errorf("keeping hashes: %w", err)
	}
	return nil
}

func (h *Hasher) snapshot() (hashCache, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	files := make(map[string]fileHash, len(h.mu.known))
	for name, known := range h.mu.known {
		files[name] = known
	}
	dirty := h.mu.dirty
	h.mu.dirty = false
	return hashCache{hashCacheVersion, files}, dirty
}

// SourceHash is the sha256, in hex, over the files of dir that git does not ignore: their names, whether they are
// executable, and their content; links count by their target. The patterns of ignore are lines of a further .gitignore. Artifacts are
// paths of files whose content counts too, whether git ignores them or not; one that is missing counts as such.
func (h *Hasher) SourceHash(dir string, artifacts, ignore []string) (string, error) {
	sum, count := sha256.New(), 0
	rules := newIgnorer(dir, ignore)
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if rules.ignored(name, entry.IsDir()) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		if count++; count > maxSources {
			return ErrTooManySources
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		return h.add(sum, filepath.ToSlash(relative), name)
	})
	if err != nil {
		return "", fmt.Errorf("hashing the sources in %s: %w", dir, err)
	}
	for _, artifact := range artifacts {
		if err := h.add(sum, "artifact:"+artifact, artifact); err != nil {
			return "", fmt.Errorf("hashing %s: %w", artifact, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// SourceHash hashes without a memory: see Hasher.
func SourceHash(dir string, artifacts, ignore []string) (string, error) {
	return NewHasher("").SourceHash(dir, artifacts, ignore)
}

// add writes one file's line: its kind, its name's length and name, its hash. Lengths keep two trees from reading alike.
func (h *Hasher) add(sum io.Writer, label, name string) error {
	at, err := os.Lstat(name)
	kind, content := "file", ""
	switch {
	case errors.Is(err, fs.ErrNotExist): // removed while we walked, or an artifact that was never built
		kind, err = "missing", nil
	case err != nil:
	case at.Mode()&fs.ModeSymlink != 0:
		kind = "link"
		content, err = os.Readlink(name)
	case !at.Mode().IsRegular(): // sockets and pipes have no content
		kind = "other"
	default:
		if at.Mode()&0o111 != 0 {
			kind = "program"
		}
		content, err = h.content(name, at)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%s %d %s %d %s\n", kind, len(label), label, len(content), content)
	return err
}

// content is the hash of a file's bytes, from memory when size, time and inode are those of the last look.
func (h *Hasher) content(name string, at fs.FileInfo) (string, error) {
	now := fileHash{Size: at.Size(), Modified: at.ModTime().UnixNano(), Inode: inode(at)}
	if hash, same := h.recall(name, now); same {
		return hash, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	now.Hash = hex.EncodeToString(sum.Sum(nil))
	if time.Since(at.ModTime()) > settled {
		h.remember(name, now)
	}
	return now.Hash, nil
}

func (h *Hasher) recall(name string, now fileHash) (string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.mu.known[name]
	now.Hash = known.Hash
	return known.Hash, known.Hash != "" && known == now
}

func (h *Hasher) remember(name string, now fileHash) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.known[name], h.mu.dirty = now, true
}
