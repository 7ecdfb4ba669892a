//go:build linux || darwin

package keeper

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

// held is a listening socket. The keeper never accepts from it: connections wait in the backlog for a control process.
type held struct {
	network, asked, address string
	listener                net.Listener
}

// bind returns a copy of the socket held under key; a new one where there is none or where it does not fit.
func (k *keeper) bind(key, network, address string) (*os.File, string, error) {
	old := k.listeners[key]
	if old != nil && old.fits(network, address) {
		return old.copy()
	}
	if k.ending {
		return nil, "", fmt.Errorf("listening on %s: %w", address, ErrEnding)
	}
	l, err := listen(network, address)
	if errors.Is(err, syscall.EADDRINUSE) && old != nil && samePort(old.address, address) {
		// What is held itself stands in the way: one address of a port excludes all of them.
		if err := k.unbind(key); err != nil {
			return nil, "", fmt.Errorf("listening on %s: %w", address, err)
		}
		old = nil
		l, err = listen(network, address)
	}
	if err != nil {
		return nil, "", err
	}
	if old != nil {
		_ = old.listener.Close()
	}
	h := &held{network: network, asked: address, address: l.Addr().String(), listener: l}
	k.listeners[key] = h
	return h.copy()
}

func (k *keeper) unbind(key string) error {
	h := k.listeners[key]
	if h == nil {
		return nil
	}
	delete(k.listeners, key)
	return h.listener.Close()
}

func (k *keeper) closeListeners() {
	for key := range k.listeners {
		if err := k.unbind(key); err != nil {
			k.log("closing a listener: %v", err)
		}
	}
}

// fits tells whether the socket is what is asked for: the same address, or any port of the same host.
func (h *held) fits(network, address string) bool {
	if h.network != network {
		return false
	}
	if h.asked == address || h.address == address {
		return true
	}
	host, port, err := net.SplitHostPort(address)
	mine, _, mineErr := net.SplitHostPort(h.address)
	return err == nil && mineErr == nil && port == "0" && host == mine
}

func samePort(a, b string) bool {
	_, port, err := net.SplitHostPort(a)
	_, other, otherErr := net.SplitHostPort(b)
	return err == nil && otherErr == nil && port == other
}

func (h *held) copy() (*os.File, string, error) {
	filer, ok := h.listener.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, "", fmt.Errorf("copying the listener %s: %w", h.address, errors.ErrUnsupported)
	}
	f, err := filer.File()
	if err != nil {
		return nil, "", fmt.Errorf("copying the listener %s: %w", h.address, err)
	}
	return f, h.address, nil
}

func listen(network, address string) (net.Listener, error) {
	if network == "unix" {
		if err := clearSocket(address); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	if network == "unix" {
		if err := os.Chmod(address, 0o600); err != nil {
			return nil, errors.Join(fmt.Errorf("listening on %s: %w", address, err), l.Close())
		}
	}
	return l, nil
}

// clearSocket removes the socket file that a dead process left: nobody answers there. Anything else stays.
func clearSocket(path string) error {
	at, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("listening on %s: %w", path, err)
	case at.Mode()&os.ModeSocket == 0:
		return nil
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		return errors.Join(fmt.Errorf("listening on %s: %w", path, syscall.EADDRINUSE), c.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing the dead socket %s: %w", strconv.Quote(path), err)
	}
	return nil
}
