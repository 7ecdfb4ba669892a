// Command conformance has suites that others wrote judge Banyan's gateway, and compares what passes with what is recorded in
// docs/conformance.md: a case less fails. With -write the page is written anew.
//
// As `conformance backend` it is the service behind the gateway, as `conformance proxied` what connectrpc's suite takes for a server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// suite is one judge. passed of total cases passed; failed names the others, as far as the suite does.
type suite struct {
	name, version, about string
	needs                []string
	run                  func(ctx context.Context, s *stage) (result, error)
}

type result struct {
	passed, total int
	failed        []string
}

var suites = []suite{
	{"h2spec", "2.2.1", "HTTP/2 and HPACK, strictly", []string{"bin/conformance/h2spec"}, h2spec},
	{"gRPC interop", "1.85.0", "grpc-go's client and server, through the gateway", []string{"bin/conformance/grpc-client", "bin/conformance/grpc-server"}, interop},
	{"connectrpc", "1.0.7", "Connect, gRPC and gRPC-Web over HTTP/1.1 and HTTP/2, through the engine", []string{"bin/conformance/connectconformance", "bin/conformance/referenceserver"}, connect},
	{"WebSocket", "ws 8.23.0", "the npm package at both ends, cases after Autobahn's chapters", []string{"node", "bin/conformance/node/node_modules/ws/package.json"}, websocket},
	{"slowhttptest", "1.8.2", "200 slow heads, bodies and readers; the gateway answers others meanwhile", []string{"slowhttptest"}, slow},
	{"curl", "Debian's", "versions, bodies, ranges of methods, trailers, early answers", []string{"curl"}, curl},
	{"h2load", "Debian's", "20,000 requests over 100 streams a connection", []string{"h2load"}, h2load},
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "backend":
			exit(backend())
		case "proxied":
			exit(proxied(context.Background()))
		}
	}
	write := flag.Bool("write", false, "write docs/conformance.md")
	only := flag.String("only", "", "run one suite")
	flag.Parse()
	exit(judge(context.Background(), *write, *only))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// judge runs the suites that are there.
func judge(ctx context.Context, write bool, only string) error {
	before, err := recorded()
	if err != nil {
		return err
	}
	s, err := begin(ctx)
	if err != nil {
		return err
	}
	defer s.end()
	var rows []row
	var worse error
	for _, one := range suites {
		if only != "" && one.name != only {
			continue
		}
		if missing := absent(one.needs); missing != "" {
			fmt.Printf("%-14s left out: %s is not installed\n", one.name, missing)
			continue
		}
		began := time.Now()
		r, err := one.run(ctx, s)
		if err != nil {
			return fmt.Errorf("running %s: %w", one.name, err)
		}
		fmt.Printf("%-14s %4d of %4d   %.0f s\n", one.name, r.passed, r.total, time.Since(began).Seconds())
		const shown = 10
		for i, failed := range r.failed {
			if i == shown {
				fmt.Printf("    … %d more\n", len(r.failed)-shown)
				break
			}
			fmt.Printf("    ✗ %s\n", failed)
		}
		rows = append(rows, row{one, r})
		if was, known := before[one.name]; known && r.passed < was {
			worse = errors.Join(worse, fmt.Errorf("%s: %d cases pass, and %d did", one.name, r.passed, was))
		}
	}
	if worse == nil && write {
		return page(rows)
	}
	return worse
}

func absent(needs []string) string {
	for _, need := range needs {
		if filepath.Base(need) != need {
			if _, err := os.Stat(need); err != nil {
				return need
			}
		} else if _, err := exec.LookPath(need); err != nil {
			return need
		}
	}
	return ""
}
