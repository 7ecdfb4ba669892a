package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

const pagePath = "docs/conformance.md"

type row struct {
	suite
	result
}

// recorded is how many cases of each suite the page says that pass.
func recorded() (map[string]int, error) {
	passed := map[string]int{}
	text, err := os.ReadFile(pagePath)
	if errors.Is(err, fs.ErrNotExist) {
		return passed, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 6 {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSpace(cells[4])); err == nil {
			passed[strings.TrimSpace(cells[1])] = n
		}
	}
	return passed, nil
}

// page writes the table.
func page(rows []row) error {
	var b strings.Builder
	b.WriteString("# Conformance\n\n" +
		"What suites that others wrote say of the gateway. `make conformance` installs them, runs them against a running application, and\n" +
		"fails when a case less passes than is written here; `go run ./bench/conformance -write` writes this page.\n\n" +
		"| suite | version | what it judges | passed | of | not passed |\n|--|--|--|--:|--:|--|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %s |\n", r.name, r.version, r.about, r.passed, r.total, strings.Join(r.failed, "; "))
	}
	b.WriteString("\nh2spec's case of a preface that is none expects the connection to be closed without a word. The gateway's listener speaks\n" +
		"HTTP/1.1 as well, so such bytes are a malformed request of that, which is answered with 400, and then closed.\n")
	return os.WriteFile(pagePath, []byte(b.String()), 0o644)
}
