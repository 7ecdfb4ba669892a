// Package service is what each of the shop's services does in the same way: it listens at HOST:PORT, logs JSON, speaks JSON
// and problem documents, passes the trace on, and stops gracefully. It needs the standard library alone.
package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// drain is how long open requests may take after the signal to stop, where DRAIN says nothing else. It is shorter than what
// the platform waits before it kills.
const drain = 8 * time.Second

func drained() (time.Duration, error) {
	text := os.Getenv("DRAIN")
	if text == "" {
		return drain, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("reading DRAIN: %w", err)
	}
	return d, nil
}

// Run serves until SIGTERM or an interrupt, and ends the process with code 1 when it cannot.
func Run(name string, handler http.Handler) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("service", name))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, handler); err != nil {
		slog.Error("stopping " + name + ": " + err.Error())
		os.Exit(1)
	}
}

func serve(ctx context.Context, handler http.Handler) error {
	port := os.Getenv("PORT")
	if port == "" {
		return errors.New("PORT is not set; to run it by hand: PORT=9001 go run ./catalog")
	}
	patience, err := drained()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(os.Getenv("HOST"), "127.0.0.1"), port))
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	slog.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return fmt.Errorf("draining: %w", err)
	}
	slog.Info("stopped")
	return nil
}
