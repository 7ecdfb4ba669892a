package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// scope is that of the packages' names; it belongs to whoever publishes them.
const scope = "@banyan-run/"

// starter finds the binary of this machine and becomes it, as far as a script can.
//
//go:embed banyan.js
var starter []byte

// description is a package.json (docs.npmjs.com, package.json); the order of its members is that of the fields.
type description struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	License     string            `json:"license"`
	Bin         map[string]string `json:"bin,omitempty"`
	Files       []string          `json:"files"`
	OS          []string          `json:"os,omitempty"`
	CPU         []string          `json:"cpu,omitempty"`
	Engines     map[string]string `json:"engines,omitempty"`
	Optional    map[string]string `json:"optionalDependencies,omitempty"`
	Preferred   bool              `json:"preferUnplugged,omitempty"`
}

func (t target) packageName() string {
	platform, arch := t.node()
	return fmt.Sprintf("%sbanyan-%s-%s", scope, platform, arch)
}

// npm is the package that holds the binary of one system; npm skips it on others.
func (r *release) npm(t target, binary []byte) (product, error) {
	platform, arch := t.node()
	d := r.describe(t.packageName(), "The binary of Banyan for "+platform+" on "+arch+".")
	d.OS, d.CPU, d.Files, d.Preferred = []string{platform}, []string{arch}, []string{"bin"}, true
	return r.pack(d, file{"bin/" + t.program(), binary, 0o755})
}

// wrapper is the package that people name: it depends on those of all systems, of which npm takes the one that fits.
func (r *release) wrapper(targets []target) (product, error) {
	d := r.describe(scope+"banyan", "A whole microservices platform in one binary.")
	d.Bin, d.Files, d.Engines = map[string]string{"banyan": "banyan.js"}, []string{"banyan.js"}, map[string]string{"node": ">=18"}
	d.Optional = map[string]string{}
	for _, t := range targets {
		d.Optional[t.packageName()] = r.version
	}
	return r.pack(d, file{"banyan.js", starter, 0o755})
}

func (r *release) describe(name, about string) description {
	return description{Name: name, Version: r.version, Description: about, License: "Apache-2.0"}
}

// pack writes what npm pack would.
func (r *release) pack(d description, content file) (product, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return product{}, fmt.Errorf("describing %s: %w", d.Name, err)
	}
	content.name = path.Join("package", content.name)
	bytes, err := tarball([]file{
		{"package/package.json", append(text, '\n'), 0o644}, {"package/LICENSE", r.license, 0o644},
		{"package/README.md", fmt.Appendf(nil, "# %s\n\n%s\n", d.Name, d.Description), 0o644}, content,
	}, r.at)
	return product{strings.NewReplacer("@", "", "/", "-").Replace(d.Name) + "-" + r.version + ".tgz", bytes}, err
}
