package main

import (
	"bytes"
	"crypto/md5" //nolint:gosec // dpkg's list of files is one of MD5 sums; it finds damage, and SHA256SUMS finds attacks
	"fmt"
	"path"
	"strings"
	"time"
)

// maintainer is a placeholder: there is no address of the project yet (RFC 2606 §2 keeps .invalid for that).
const maintainer = "The Banyan authors <maintainers@banyan.invalid>"

// debian is a package of dpkg, version 2.0 (deb(5)): an ar archive of a version, the control files and the files.
func (r *release) debian(t target, binary []byte) (product, error) {
	files, err := r.installed(binary)
	if err != nil {
		return product{}, err
	}
	version := debianVersion(r.version)
	control, err := tarball([]file{
		{"./control", r.control(t, version, files), 0o644}, {"./md5sums", md5sums(files), 0o644},
	}, r.at)
	if err != nil {
		return product{}, err
	}
	data, err := tarball(files, r.at)
	if err != nil {
		return product{}, err
	}
	name := fmt.Sprintf("banyan_%s_%s.deb", version, t.arch)
	return product{name, ar([]file{{"debian-binary", []byte("2.0\n"), 0o644}, {"control.tar.gz", control, 0o644}, {"data.tar.gz", data, 0o644}}, r.at)}, nil
}

// debianVersion lets what comes before a release sort before it (deb-version(7)).
func debianVersion(version string) string { return strings.Replace(version, "-", "~", 1) }

// installed is where things lie on Debian (Debian Policy §9.1, §12).
func (r *release) installed(binary []byte) ([]file, error) {
	files := []file{
		{"./usr/bin/banyan", binary, 0o755},
		{"./usr/share/bash-completion/completions/banyan", r.completions["banyan.bash"], 0o644},
		{"./usr/share/doc/banyan/copyright", r.copyright(), 0o644},
		{"./usr/share/fish/vendor_completions.d/banyan.fish", r.completions["banyan.fish"], 0o644},
		{"./usr/share/zsh/vendor-completions/_banyan", r.completions["_banyan"], 0o644},
	}
	changes, err := gzipped(fmt.Appendf(nil, "banyan (%s) unstable; urgency=medium\n\n  * Commit %s.\n\n -- %s  %s\n",
		debianVersion(r.version), r.commit, maintainer, r.at.Format(time.RFC1123Z)))
	if err != nil {
		return nil, err
	}
	files = append(files, file{"./usr/share/doc/banyan/changelog.gz", changes, 0o644})
	for _, page := range under("usr/share/man/man1", r.pages) {
		text, err := gzipped(page.bytes)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"./" + page.name + ".gz", text, 0o644})
	}
	return files, nil
}

// copyright is machine-readable, and the licence is where every Debian has it (Debian Policy §12.5).
func (r *release) copyright() []byte {
	return []byte("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: banyan\n\n" +
		"Files: *\nCopyright: The Banyan authors\nLicense: Apache-2.0\n\nLicense: Apache-2.0\n" +
		" On Debian systems the full text of the Apache License 2.0 is in\n /usr/share/common-licenses/Apache-2.0.\n")
}

func (r *release) control(t target, version string, files []file) []byte {
	size := 0
	for _, f := range files {
		size += (len(f.bytes) + 1023) / 1024
	}
	return fmt.Appendf(nil, `Package: banyan
Version: %s
Architecture: %s
Maintainer: %s
Installed-Size: %d
Section: devel
Priority: optional
Description: whole microservices platform in one binary
 Banyan runs an application of many services from one file, banyan.yaml: it
 builds and starts them behind a gateway, carries the calls between them, and
 shows what happens. Services need no SDK.
`, version, t.arch, maintainer, size)
}

func md5sums(files []file) []byte {
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "%x  %s\n", md5.Sum(f.bytes), strings.TrimPrefix(f.name, "./")) //nolint:gosec // as above
	}
	return b.Bytes()
}

// ar writes the common format of ar(5): each file begins at an even place.
func ar(files []file, at time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, f := range files {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", path.Base(f.name), at.Unix(), 0, 0, 0o100000|f.mode.Perm(), len(f.bytes))
		b.Write(f.bytes)
		if len(f.bytes)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
