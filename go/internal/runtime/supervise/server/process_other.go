//go:build unix && !linux

package server

import "os"

func reap() {}

func dress(*os.File, []byte) {}
