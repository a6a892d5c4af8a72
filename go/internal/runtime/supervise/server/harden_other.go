//go:build unix && !linux

package server

import "os"

func harden() {}

func reap() {}

func dress(*os.File, []byte) {}
