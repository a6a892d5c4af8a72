package config

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const header = "# Written by insomnia; it wins over config.toml beside it. Edit it as you like.\n"

// Set writes a value to local.toml of a folder and keeps everything else in it,
// comments too. table is empty for a key at the top. An empty value removes the key.
func Set(dir string, scope Scope, table, key, value string) error {
	return change(dir, scope, key+" = "+quote(value), func(old []byte, path string) []byte {
		return edit(old, path, table, key, value)
	}, func(_, now *File) bool { return now.holds(table, key, value) })
}

// change edits local.toml of a folder, one writer at a time. by is what one
// would write by hand; done tells whether the file says it now.
func change(dir string, scope Scope, by string, edit func(old []byte, path string) []byte, done func(before, now *File) bool) error {
	path := filepath.Join(dir, LocalName)
	unlock, err := lock(dir)
	if err != nil {
		return notWritten(path, err)
	}
	defer unlock()
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return diag.Errorf(diag.ExitRefused, "config-not-ours", "%s is not a file of its own, and is left alone", path).
			Hintf("keep what is linked in config.toml, and let local.toml be written by insomnia")
	}
	old, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = []byte(header), nil
	}
	if err != nil {
		return Problem([]diag.Diagnostic{unreadable(path, err)})
	}
	before, _, problems := decodeFile(old, path, scope)
	if len(problems) > 0 {
		return Problem(problems)
	}
	changed := edit(old, path)
	now, _, problems := decodeFile(changed, path, scope)
	if len(problems) > 0 || !done(before, now) {
		return diag.Errorf(diag.ExitState, "config-not-written", "%s cannot be changed as the file is written", path).
			Hintf("set it there by hand: %s", by).At(diag.Position{File: path})
	}
	if err := Write(path, changed); err != nil {
		return notWritten(path, err)
	}
	return nil
}

func notWritten(path string, err error) error {
	return diag.Errorf(diag.ExitState, "config-not-written", "cannot write %s: %v", path, reasonOf(err)).
		Hintf("give yourself the right to write in %s", filepath.Dir(path))
}

// lockTimeout is how long one waits for another command to be done writing.
const lockTimeout = 10 * time.Second

// lock keeps other commands from writing to a folder. Temporary files that an
// ended command left are swept.
func lock(dir string) (unlock func(), err error) {
	if err := durable.MkdirAll(durable.OS, dir, 0o755); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockTimeout)
	defer cancel()
	release, err := durable.OS.Lock(ctx, filepath.Join(dir, ".local.lock"))
	if err != nil {
		return nil, err
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if durable.Temporary(f.Name()) {
			os.Remove(filepath.Join(dir, f.Name()))
		}
	}
	return func() { release() }, nil
}

func reasonOf(err error) error {
	var in *fs.PathError
	if errors.As(err, &in) {
		return in.Err
	}
	return err
}

func (f *File) holds(table, key, value string) bool {
	switch table {
	case "":
		return string(f.Default) == value
	case "aliases":
		return string(f.Aliases[Name(key)]) == value
	case "sources":
		return string(f.Sources[Name(key)]) == value
	}
	return false
}

func quote(s string) string { return strconv.Quote(s) }

func edit(old []byte, path, table, key, value string) []byte {
	root, syntax := parseTree(old, path)
	if syntax != nil {
		return old
	}
	holder := root
	if table != "" {
		holder = root.fields[table]
	}
	line := key + " = " + quote(value)
	if holder != nil {
		if n := holder.fields[key]; n != nil && n.to > n.from {
			return replace(old, n, line, value == "")
		}
	}
	switch {
	case value == "":
		return old
	case table == "":
		// Before the first table: what stands behind it would belong to the table.
		at := 0
		for _, k := range root.keys {
			if n := root.fields[k]; n.to > n.from && root.fields[k].at.Column == 1 && n.kind != "table" {
				at = max(at, n.to+1)
			}
		}
		if at == 0 {
			at = commentEnd(old)
		}
		return insert(old, min(at, len(old)), line+"\n")
	case holder == nil:
		gap := ""
		if len(old) > 0 {
			gap = "\n"
		}
		return insert(old, len(old), gap+"["+table+"]\n"+line+"\n")
	}
	at := 0
	for _, n := range holder.fields {
		at = max(at, n.to+1)
	}
	if at == 0 { // an empty table: behind its header
		at = lineEnd(old, holder.at.Line)
	}
	return insert(old, min(at, len(old)), line+"\n")
}

// replace puts a line in the place of a key and its value; a comment behind it stays.
func replace(old []byte, n *node, line string, remove bool) []byte {
	if remove {
		from := bytes.LastIndexByte(old[:n.from], '\n') + 1
		return append(append([]byte{}, old[:from]...), old[min(n.to+1, len(old)):]...)
	}
	comment := ""
	if text := old[n.from:n.to]; bytes.Count(text, []byte("\n")) == 0 {
		if i := commentStart(text); i >= 0 {
			comment = " " + string(text[i:])
		}
	}
	out := append([]byte{}, old[:n.from]...)
	out = append(out, line+comment...)
	return append(out, old[n.to:]...)
}

// commentStart finds the comment behind a value on one line.
func commentStart(line []byte) int {
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return i
		}
	}
	return -1
}

// commentEnd is the end of the comment that a file begins with, if an empty
// line or nothing follows; else the beginning of the file.
func commentEnd(data []byte) int {
	at := 0
	for at < len(data) && data[at] == '#' {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			return len(data)
		}
		at += end + 1
	}
	if at < len(data) && data[at] != '\n' {
		return 0
	}
	return at
}

func lineEnd(data []byte, line int) int {
	at := 0
	for ; line > 0; line-- {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			return len(data)
		}
		at += end + 1
	}
	return at
}

func insert(old []byte, at int, text string) []byte {
	out := append([]byte{}, old[:at]...)
	if at > 0 && old[at-1] != '\n' {
		out = append(out, '\n')
	}
	out = append(out, text...)
	return append(out, old[at:]...)
}

// Write replaces a file whole or not at all, and outlives a power cut.
func Write(path string, data []byte) error {
	if err := durable.MkdirAll(durable.OS, filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.Replace(durable.OS, path, data, 0o644)
}

// Check tells what would be wrong with a value before anything is done for it.
func Check(scope Scope, table, key, value string) error {
	text := key + " = " + quote(value) + "\n"
	if table != "" {
		text = "[" + table + "]\n" + text
	}
	_, _, problems := decodeFile([]byte(text), "", scope)
	for i := range problems {
		problems[i].Positions = []diag.Position{}
	}
	return Problem(problems)
}
