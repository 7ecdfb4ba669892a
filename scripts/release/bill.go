package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// bill is a bill of materials, SPDX 2.3 in JSON (spdx.github.io/spdx-spec/v2.3): what the binary says that it was built from.
type bill struct {
	Version   string    `json:"spdxVersion"`
	License   string    `json:"dataLicense"`
	ID        string    `json:"SPDXID"`
	Name      string    `json:"name"`
	Namespace string    `json:"documentNamespace"`
	Creation  creation  `json:"creationInfo"`
	Packages  []part    `json:"packages"`
	Relations []related `json:"relationships"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type part struct {
	Name      string     `json:"name"`
	ID        string     `json:"SPDXID"`
	Version   string     `json:"versionInfo"`
	Location  string     `json:"downloadLocation"`
	Analyzed  bool       `json:"filesAnalyzed"`
	Concluded string     `json:"licenseConcluded"`
	Declared  string     `json:"licenseDeclared"`
	Copyright string     `json:"copyrightText"`
	Purpose   string     `json:"primaryPackagePurpose,omitempty"`
	Sums      []checksum `json:"checksums,omitempty"`
	Comment   string     `json:"comment,omitempty"`
	Refs      []ref      `json:"externalRefs"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type ref struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type related struct {
	From string `json:"spdxElementId"`
	How  string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

const (
	unasserted = "NOASSERTION"
	itself     = "SPDXRef-banyan"
)

// bill reads the binary itself, so that it tells what was linked and not what go.mod asks for.
func (r *release) bill(t target, binary []byte) (product, error) {
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		return product{}, fmt.Errorf("reading what the binary was built from: %w", err)
	}
	sum := sha256.Sum256(binary)
	b := bill{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: fmt.Sprintf("banyan-%s-%s-%s", r.version, t.system, t.arch),
		Namespace: "urn:banyan:sbom:" + hex.EncodeToString(sum[:]),
		Creation:  creation{r.at.Format(time.RFC3339), []string{"Tool: banyan-release-" + r.version}},
		Relations: []related{{"SPDXRef-DOCUMENT", "DESCRIBES", itself}},
	}
	main := partOf(&debug.Module{Path: info.Main.Path, Version: "v" + r.version})
	main.ID, main.Declared, main.Purpose, main.Sums = itself, "Apache-2.0", "APPLICATION", []checksum{{"SHA256", hex.EncodeToString(sum[:])}}
	b.Packages = append(b.Packages, main)
	b.add(partOf(&debug.Module{Path: "stdlib", Version: strings.TrimPrefix(info.GoVersion, "go")}))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.add(partOf(m))
	}
	text, err := json.MarshalIndent(b, "", "  ")
	return product{fmt.Sprintf("banyan_%s_%s_%s.spdx.json", r.version, t.system, t.arch), append(text, '\n')}, err
}

func (b *bill) add(p part) {
	b.Packages = append(b.Packages, p)
	b.Relations = append(b.Relations, related{itself, "DEPENDS_ON", p.ID})
}

func partOf(m *debug.Module) part {
	comment := ""
	if m.Sum != "" {
		comment = "go.sum: " + m.Sum
	}
	return part{
		Name: m.Path, ID: "SPDXRef-" + strings.Map(idRune, m.Path), Version: m.Version, Location: unasserted, Concluded: unasserted, Declared: unasserted,
		Copyright: unasserted, Comment: comment, Refs: []ref{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + m.Path + "@" + m.Version}},
	}
}

// idRune keeps what an identifier may hold (SPDX 2.3 §3.2).
func idRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
		return r
	}
	return '-'
}
