package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// largeRepository makes a git repository of this flake with 10,000 more files,
// and returns it with a function that edits one of them: evaluating after an
// edit is what costs in a large repository.
func largeRepository(ctx context.Context, dir string) (repository string, edit func() error, err error) {
	repository = filepath.Join(dir, "large")
	script := `set -eu
mkdir -p "$0" && git ls-files -z | tar -c --null -T - | tar -x -C "$0" && cd "$0"
for folder in $(seq 100); do
  mkdir -p "files/$folder"
  for file in $(seq 100); do echo "$folder $file" >"files/$folder/$file"; done
done
git init -q && git add --all --force && git -c user.name=bench -c user.email=bench@localhost commit -q -m files`
	if out, err := exec.CommandContext(ctx, "bash", "-c", script, repository).CombinedOutput(); err != nil {
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
func modulesPair(ctx context.Context, dir, nixpkgsLib string) (pair, error) {
	evaluator := filepath.Join(dir, "nixeval")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", evaluator, "./checks/nixeval").CombinedOutput(); err != nil {
		return pair{}, fmt.Errorf("building nixeval: %w\n%s", err, out)
	}
	library, err := filepath.Abs(nixpkgsLib)
	if err != nil {
		return pair{}, err
	}
	modules, err := filepath.Abs("checks/bench/modules.nix")
	if err != nil {
		return pair{}, err
	}
	file := filepath.Join(dir, "modules.nix")
	text := fmt.Sprintf("import %q { lib = import %q; }\n", modules, filepath.Join(library, "lib"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return pair{}, err
	}
	return pair{
		name:     "evalModules, 100 options / nix-instantiate",
		goal:     1.5,
		ours:     []string{evaluator, file},
		baseline: []string{"nix-instantiate", "--eval", "--strict", "--json", file},
	}, nil
}
