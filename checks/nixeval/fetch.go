package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// workTrees is the fetcher of scripts that look at the store: our own for
// what is on this machine, and git's list of files where submodules are asked for.
type workTrees struct{ own *fetch.Builtins }

func newWorkTrees(dir string) *workTrees {
	return &workTrees{own: &fetch.Builtins{Local: true, Store: &fetch.Store{Dir: dir}}}
}

func (w *workTrees) Fetch(ctx context.Context, r eval.FetchRequest) (*eval.Fetched, error) {
	if r.Attrs["type"] != "git" || r.Attrs["submodules"] != true {
		return w.own.Fetch(ctx, r)
	}
	url, _ := r.Attrs["url"].(string)
	root, ok := strings.CutPrefix(url, "file://")
	if !ok {
		return nil, errors.New("not a work tree of this machine: " + url)
	}
	list, err := exec.CommandContext(ctx, "git", "-C", root, "ls-files", "-z", "--recurse-submodules").Output()
	if err != nil {
		return nil, err
	}
	files := source.NewMemory()
	for _, name := range strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		at := filepath.Join(root, name)
		info, err := os.Stat(at)
		if err != nil || info.IsDir() {
			continue // removed, or a submodule that is not there
		}
		data, err := os.ReadFile(at)
		if err != nil {
			return nil, err
		}
		files.Add(name, info.Mode(), data)
	}
	return &eval.Fetched{Files: source.AsFS(files)}, nil
}
