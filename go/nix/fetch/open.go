package fetch

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// openRegular opens a regular file without waiting for a writer.
func openRegular(path string) (*os.File, error) {
	f, size, err := bounded.Open(path)
	if err != nil {
		return nil, err
	}
	if size > maxArchive {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("it is larger than %d MiB", maxArchive>>20)}
	}
	return f, nil
}
