// Command fsyncs writes files of given sizes to a new folder of a folder, as
// durably as a Pod is written: bench measures `pod new` against it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

func main() {
	if err := write(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(parent string, sizes []string) error {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	fresh := filepath.Join(parent, ".new")
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	for i, text := range sizes {
		size, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(filepath.Join(fresh, strconv.Itoa(i)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if _, err := f.Write(make([]byte, size)); err != nil {
			return err
		}
		if err := syncAndClose(f, nil); err != nil {
			return err
		}
	}
	if err := syncAndClose(os.Open(fresh)); err != nil {
		return err
	}
	if err := os.Rename(fresh, filepath.Join(parent, "written")); err != nil {
		return err
	}
	return syncAndClose(os.Open(parent))
}

func syncAndClose(f *os.File, err error) error {
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}
