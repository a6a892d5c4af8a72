package config

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const header = "# Written by insomnia; it wins over config.toml next to it. Edit it as you like.\n"

// mark is the byte order mark that some editors put before UTF-8. It is ignored
// where a config is read, and stays in a file that is changed.
var mark = []byte("\uFEFF")

// Set writes a string to local.toml of a directory and keeps everything else in
// it. group is empty for a key at the top. An empty value removes the key.
func Set(dir string, scope Scope, group, key, value string) error {
	e := edit{path: []string{key}}
	if group != "" {
		e.path = []string{group, key}
	}
	if value != "" {
		e.value = value
	}
	return change(dir, scope, func(*File) edit { return e })
}

// change makes one edit of local.toml, one writer at a time. The edit may depend on the
// content of the file. A file that cannot be changed without a loss is not changed.
func change(dir string, scope Scope, editOf func(*File) edit) error {
	path := filepath.Join(dir, LocalName)
	if err := Inside(dir, scope, LocalName); err != nil {
		return err
	}
	if err := InStore(path, editOf(&File{}).declared()); err != nil {
		return err
	}
	return Exclusive(dir, func() error {
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return diag.Errorf(diag.ExitRefused, "config-not-ours", "%s is not a file of its own, and is left alone", path).
				Hintf("keep what is linked in config.toml, and let local.toml be written by insomnia")
		}
		data, err := ReadFile(dir, scope, LocalName, maxSize)
		if errors.Is(err, fs.ErrNotExist) {
			data, err = []byte(header), nil
		}
		if err != nil {
			return Problem([]diag.Diagnostic{unreadable(path, err)})
		}
		before, _, problems := decodeFile(data, path, scope)
		if len(problems) > 0 {
			return Problem(problems)
		}
		e := editOf(before)
		text, marked := bytes.CutPrefix(data, mark)
		changed, err := e.apply(text)
		if err == nil {
			if _, _, problems = decodeFile(changed, path, scope); len(problems) > 0 {
				err = errUnlike
			}
		}
		if err != nil {
			return diag.Errorf(diag.ExitState, "config-not-written", "cannot change %s: %v", path, err).
				Hintf("%s", e.byHand()).At(diag.Position{File: path})
		}
		if marked {
			changed = append(bytes.Clone(mark), changed...)
		}
		if bytes.Equal(changed, data) {
			return nil
		}
		if err := Write(path, changed); err != nil {
			return notWritten(path, err)
		}
		return nil
	})
}

// declared is the edit as lines of TOML; empty for a removal.
func (e edit) declared() string {
	switch v := e.value.(type) {
	case nil:
		return ""
	case table:
		return (&document{newline: "\n"}).section(e.path, v)
	}
	return keys(e.path) + " = " + write(e.value)
}

// byHand describes the edit for a person with an editor.
func (e edit) byHand() string {
	switch v := e.value.(type) {
	case nil:
		return "remove " + keys(e.path) + " from the file by hand"
	case table:
		return "write it there by hand:\n" + (&document{newline: "\n"}).section(e.path, v)
	}
	return "write it there by hand: " + keys(e.path) + " = " + write(e.value)
}

func notWritten(path string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return diag.Errorf(diag.ExitState, "config-busy", "cannot write %s: another command has been changing it for %v", path, lockTimeout).
			Hintf("wait for the other command to end, then run this one again")
	}
	return diag.Errorf(diag.ExitState, "config-not-written", "cannot write %s: %v", path, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, filepath.Dir(path)))
}

// lockTimeout is how long a command waits for others that write.
var lockTimeout = 10 * time.Second

// mostFiles is how many entries of a directory are looked through for leftovers.
const mostFiles = 10_000

// Exclusive calls do while no other command writes to the files of a config
// directory, which is made if it is missing. Temporary files that an ended
// command left are swept.
func Exclusive(dir string, do func() error) error {
	path := filepath.Join(dir, LocalName)
	if err := durable.MkdirAll(durable.OS, dir, 0o755); err != nil {
		return notWritten(path, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockTimeout)
	defer cancel()
	unlock, err := durable.OS.Lock(ctx, filepath.Join(dir, ".local.lock"))
	if err != nil {
		return notWritten(path, err)
	}
	defer unlock()
	files, _ := bounded.ReadDir(dir, mostFiles) // what is not swept now is swept another time
	for _, f := range files {
		if durable.Temporary(f.Name()) {
			os.Remove(filepath.Join(dir, f.Name()))
		}
	}
	return do()
}

// Write replaces a file whole or not at all, and outlives a power cut. The file
// keeps its permissions and its owner.
func Write(path string, data []byte) error {
	if err := durable.MkdirAll(durable.OS, filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.Rewrite(durable.OS, path, data, 0o644)
}

// Check reports what would be wrong with a value before anything is done for it.
func Check(scope Scope, group, key, value string) error {
	text := keys([]string{key}) + " = " + quote(value) + "\n"
	if group != "" {
		text = "[" + group + "]\n" + text
	}
	return checkText(text, scope)
}

func checkText(text string, scope Scope) error {
	_, _, problems := decodeFile([]byte(text), "", scope)
	for i := range problems {
		problems[i].Positions = []diag.Position{}
	}
	return Problem(problems)
}
