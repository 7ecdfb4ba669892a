package rewrite

import (
	"errors"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// Program is a route's: one of Strip and Template is set.
type Program struct {
	// Strip is a literal beginning of every path that the route matches, without a final slash.
	Strip string
	// Template is filled with what Pattern captures.
	Pattern  *layer.Pattern
	Template *layer.Template
}

var errChanged = errors.New("the rewritten path is not in normal form")

// Path is what the callee is asked for. A rewritten path is checked again: captures beside other text may form a dot segment.
func (p *Program) Path(path string) (string, error) {
	if p.Template == nil {
		if path = strings.TrimPrefix(path, p.Strip); path == "" {
			path = "/"
		}
		return path, nil
	}
	var captured layer.Captures
	if !p.Pattern.Match(path, &captured) {
		return "", problem.New(diag.Internal, "the request could not be handled").Because(errors.New("the route's own pattern does not match"))
	}
	made := p.Template.Expand(&captured)
	normal, err := proxy.NormalizePath(made)
	if err == nil && normal != made {
		err = errChanged
	}
	if err != nil {
		return "", problem.New(diag.BadPath, "%v", err)
	}
	return made, nil
}

// Layer changes the path for the callee. What was stripped is told in X-Forwarded-Prefix, with which frameworks build their links.
func Layer(p *Program) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			path, err := p.Path(x.Request.Path)
			if err != nil {
				return err
			}
			before := x.Request.Path
			defer func() { x.Request.Path = before }()
			x.Request.Path = path
			if p.Strip != "" {
				x.Request.Set("X-Forwarded-Prefix", p.Strip)
			}
			return next.Handle(x)
		})
	}
}
