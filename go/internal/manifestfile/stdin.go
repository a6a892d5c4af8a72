package manifestfile

import (
	"bytes"
	"io"
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Stdin is the name of standard input, in place of a file.
const Stdin = "-"

// stdinName is the name of standard input in messages. No file has this name with the
// extension for the format that was read.
const stdinName = "/dev/stdin"

// named returns the name of a file, and of standard input one that ends in .json or
// .toml by how its text begins. Standard input is read once.
func (r *Reader) named(path string) (string, error) {
	if path != Stdin {
		return path, nil
	}
	if r.typed == nil {
		var in io.Reader = os.Stdin
		if r.Stdin != nil {
			in = r.Stdin
		}
		data, err := io.ReadAll(io.LimitReader(in, MaxSize+1))
		switch {
		case err != nil:
			return "", diag.Errorf(diag.ExitNotFound, "manifest-not-found", "cannot read standard input: %v", bounded.Reason(err)).
				Hintf("name a file, or pass one: insomnia … - <FILE")
		case len(data) > MaxSize:
			return "", diag.Errorf(diag.ExitInvalid, "max-bytes", "standard input has more than %d MiB", MaxSize>>20).Expectedf("at most 8 MiB of manifest")
		}
		r.typed = append([]byte{}, data...)
	}
	if start := bytes.TrimSpace(r.typed); len(start) > 0 && start[0] != '{' {
		return stdinName + ".toml", nil
	}
	return stdinName + ".json", nil
}

// read reads a file, or what was read from standard input.
func (r *Reader) read(path string) (abs string, data []byte, err error) {
	if r.typed != nil {
		return path, r.typed, nil
	}
	abs = reference.Absolute(path, r.Dir)
	data, err = read(abs, path)
	return abs, data, err
}
