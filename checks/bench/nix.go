package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// nixScenes compare with the installed Nix; there are none without it.
func nixScenes(ctx context.Context, b *bench) ([]pair, error) {
	if _, err := exec.LookPath("nix"); err != nil {
		return nil, nil
	}
	coder := []string{b.insomnia, "resolve", ".#coder"}
	eval := []string{
		"nix", "--extra-experimental-features", "nix-command flakes",
		"eval", "--json", "--no-write-lock-file", ".#insomniaProfiles.coder.manifest",
	}
	large, edit, err := repository(ctx, b.dir, 100)
	if err != nil {
		return nil, err
	}
	afterEdit := compare("… after an edit among 10,000 files / nix eval", 1./40, coder, eval)
	afterEdit.dir, afterEdit.before = large, edit
	pairs := []pair{
		compare("insomnia resolve .#coder / nix eval", 1./6, coder, eval),
		compare("… --evaluator nix / nix eval", 1.25, append(slices.Clone(coder), "--evaluator", "nix"), eval),
		afterEdit,
	}
	if b.nixpkgsLib == "" {
		return pairs, nil
	}
	modules, err := modulesPair(ctx, b)
	return append(pairs, modules), err
}

// repository creates a git repository of this flake with a hundred more files in each of
// some directories. It returns it with a function that edits one of them: evaluation after
// an edit is the expensive case in a large repository.
func repository(ctx context.Context, dir string, folders int) (repository string, edit func() error, err error) {
	repository = filepath.Join(dir, fmt.Sprintf("repository-%d", folders))
	script := `set -eu
mkdir -p "$0" && git ls-files -z | tar -c --null -T - | tar -x -C "$0" && cd "$0"
for folder in $(seq "$1"); do
  mkdir -p "files/$folder"
  for file in $(seq 100); do echo "$folder $file" >"files/$folder/$file"; done
done
git init -q && git add --all --force && git -c user.name=bench -c user.email=bench@localhost commit -q -m files`
	if out, err := exec.CommandContext(ctx, "bash", "-c", script, repository, fmt.Sprint(folders)).CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("making a large repository: %w\n%s", err, out)
	}
	edits := 0
	edit = func() error {
		edits++
		return os.WriteFile(filepath.Join(repository, "files", "1", "1"), fmt.Appendf(nil, "edit %d\n", edits), 0o600)
	}
	return repository, edit, nil
}

// modulesPair times evalModules of the nixpkgs library in a checkout.
func modulesPair(ctx context.Context, b *bench) (pair, error) {
	evaluator, err := b.build(ctx, "nixeval", "./checks/nixeval", false)
	if err != nil {
		return pair{}, err
	}
	modules, err := filepath.Abs("checks/bench/modules.nix")
	if err != nil {
		return pair{}, err
	}
	file := filepath.Join(b.dir, "modules.nix")
	text := fmt.Sprintf("import %q { lib = import %q; }\n", modules, filepath.Join(b.nixpkgsLib, "lib"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return pair{}, err
	}
	return pair{
		name:     "evalModules, 100 options / nix-instantiate",
		goal:     1.5,
		ours:     []string{evaluator, file},
		baseline: [][]string{{"nix-instantiate", "--eval", "--strict", "--json", file}},
	}, nil
}
