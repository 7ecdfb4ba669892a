//go:build !linux && !darwin

package doctor

import (
	"context"
	"errors"
)

func fileSystem(string) (string, error) { return "", errors.ErrUnsupported }

func barred(string) bool { return false }

func inotifyLimits() (inotify, error) { return inotify{}, errors.ErrUnsupported }

func processRooms() []room { return nil }

func holdsFamilies() error { return errNoServices }

func looksUpItself(context.Context) (bool, error) { return false, errors.ErrUnsupported }
