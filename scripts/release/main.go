// Command release builds what is given to others: archives, Debian packages and npm packages of each system, their bills of
// materials and their checksums. Equal commits and an equal Go give equal bytes, wherever and whenever it runs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "dist", "the `folder` to write; what lies in it is removed")
	only := flag.String("targets", strings.Join(systems, ","), "the `systems` to build for, as os/arch")
	flag.Parse()
	if err := run(context.Background(), *out, *only); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, only string) error {
	targets, err := parseTargets(only)
	if err != nil {
		return err
	}
	from, err := sourceOf(ctx, ".")
	if err != nil {
		return err
	}
	if err := emptied(out); err != nil {
		return err
	}
	r := release{source: from, out: out}
	fmt.Printf("banyan %s, commit %.12s of %s\n", r.version, r.commit, r.at.Format(time.RFC3339))
	if err := r.write(ctx, targets); err != nil {
		return err
	}
	fmt.Printf("%s/%s tells all of it\n", out, sumsName)
	return nil
}
