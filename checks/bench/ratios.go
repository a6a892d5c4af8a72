package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// row is a command of the table.
type row struct {
	Name    string
	Version string // of what is not ours
	Times   []float64
	Peak    float64 // MB

	argv   []string
	dir    string
	before func() error
}

const (
	performancePage = "docs/performance.md"
	pageMark        = "<!-- the rest is written by `go run ./checks/bench ratios` -->\n"
	// nixPart times Nix alone, for another Nix mounted at /nix: with the program and a
	// repository of this flake.
	nixPart = "ratios-nix"
	sid     = "checks/nix-version"
)

// time runs all commands in turn, so that what the machine does besides is shared by all.
func timeRows(ctx context.Context, rows []row, runs int) error {
	for i := range runs + 1 {
		for k := range rows {
			r := &rows[k]
			if r.before != nil {
				if err := r.before(); err != nil {
					return err
				}
			}
			cmd := exec.CommandContext(ctx, r.argv[0], r.argv[1:]...)
			cmd.Dir = r.dir
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			start := time.Now()
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%v: %w\n%s", r.argv, err, stderr.Bytes())
			}
			if i > 0 { // the first round warms the caches
				r.Times = append(r.Times, float64(time.Since(start).Microseconds())/1000)
				r.Peak = max(r.Peak, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
			}
		}
	}
	return nil
}

// to is the median of the ratios to another row, run by run.
func (r *row) to(other *row) float64 {
	all := make([]float64, len(r.Times))
	for i := range all {
		all[i] = r.Times[i] / other.Times[i]
	}
	return median(all)
}

func (r *row) ms() float64 { return median(slices.Clone(r.Times)) }

func nixRow(dir string) row {
	version, _ := exec.Command("nix", "--version").Output()
	return row{Name: "`nix eval`", Version: firstLine(version), dir: dir, argv: []string{
		"nix", "--extra-experimental-features", "nix-command flakes", "eval", "--json", "--no-write-lock-file", ".#insomniaProfiles.coder.manifest"}}
}

// nixRatios times the program and this Nix, and prints both as JSON.
func nixRatios(ctx context.Context, runs int, insomnia, dir string) error {
	rows := []row{{Name: "insomnia", dir: dir, argv: []string{insomnia, "resolve", ".#coder"}}, nixRow(dir)}
	if err := timeRows(ctx, rows, runs); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(rows)
}

// ratios prints the tables, and writes them to the page.
func ratios(ctx context.Context, b *bench, runs int) error {
	manifest, err := os.ReadFile(b.floor[1])
	if err != nil {
		return err
	}
	others, err := peerRows(b.dir, manifest)
	if err != nil {
		return err
	}
	small, _, err := repository(ctx, b.dir, 0)
	if err != nil {
		return err
	}
	large, edit, err := repository(ctx, b.dir, 100)
	if err != nil {
		return err
	}
	few, many, most := filepath.Join(b.dir, "few"), filepath.Join(b.dir, "many"), filepath.Join(b.dir, "most")
	big := filepath.Join(b.dir, "big.nix")
	err = errors.Join(writeProfiles(few, 10), writeProfiles(many, 110), writeProfiles(most, 1000), os.WriteFile(big, []byte(bigProfile), 0o600))
	if err != nil {
		return err
	}
	bigManifest := filepath.Join(b.dir, "big.json")
	resolved, err := exec.CommandContext(ctx, b.insomnia, "resolve", big).Output()
	if err != nil {
		return err
	}
	if err := os.WriteFile(bigManifest, resolved, 0o600); err != nil {
		return err
	}
	const hello, floor, coder = 0, 1, 4
	resolve := func(args ...string) []string { return append([]string{b.insomnia, "resolve"}, args...) }
	list := []string{b.insomnia, "profile", "list"}
	rows := []row{
		{Name: "Go hello", argv: []string{b.hello}},
		{Name: "floor F: read a manifest, check it, print it", argv: b.floor},
		{Name: "`insomnia version`", argv: []string{b.insomnia, "version"}},
		{Name: "`insomnia resolve --manifest FILE`", argv: resolve("--manifest", b.floor[1])},
		{Name: "`insomnia resolve .#coder`", argv: resolve(".#coder"), dir: small},
		{Name: "`insomnia resolve builtin:coder`", argv: resolve("builtin:coder")},
		{Name: "`insomnia resolve ./p1.nix`", argv: resolve(filepath.Join(few, ".insomnia/profiles/p1.nix")), dir: few},
	}
	if _, err := exec.LookPath("nix"); err == nil {
		others = append(others, nixRow(small))
	}
	at := len(rows)
	rows = append(rows, others...)
	if err := timeRows(ctx, rows, runs); err != nil {
		return err
	}
	sizes := []row{
		{argv: resolve(".#coder"), dir: small},
		{argv: resolve(".#coder"), dir: large, before: edit},
		{argv: list, dir: few},
		{argv: list, dir: many},
		{argv: []string{b.floor[0], bigManifest}},
		{argv: resolve(big)},
	}
	if err := timeRows(ctx, sizes, runs); err != nil {
		return err
	}
	thousand := []row{{argv: list, dir: most}}
	if err := timeRows(ctx, thousand, min(3, runs)); err != nil {
		return err
	}

	var out strings.Builder
	fmt.Fprintf(&out, "Medians of %d runs in turn.\n\n| command | ms | to F | to `resolve .#coder` |\n|---|---|---|---|\n", runs)
	line := func(r, base *row, f string) {
		name := r.Name
		if r.Version != "" {
			name += " (" + strings.ReplaceAll(r.Version, "|", "/") + ")"
		}
		fmt.Fprintf(&out, "| %s | %.2f | %s | %.2f |\n", name, r.ms(), f, r.to(base))
	}
	for i := range rows {
		line(&rows[i], &rows[coder], fmt.Sprintf("%.2f", rows[i].to(&rows[floor])))
	}
	if other, err := otherNix(ctx, runs, b.insomnia, small); err != nil {
		return err
	} else if other != nil {
		line(&other[1], &other[0], "")
	}
	if names := missing(rows[at:]); names != "" {
		fmt.Fprintf(&out, "\nNot installed, and so not timed: %s.\n", names)
	}
	each := make([]float64, runs)
	for i := range each {
		each[i] = (sizes[3].Times[i] - sizes[2].Times[i]) / 100 / sizes[0].Times[i]
	}
	fmt.Fprintf(&out, "\n| what grows | ratio | to |\n|---|---|---|\n")
	fmt.Fprintf(&out, "| `resolve .#coder` after an edit among 10,000 more files | %.2f | the same without them |\n", sizes[1].to(&sizes[0]))
	fmt.Fprintf(&out, "| each further profile of `profile list`, from 10 to 110 | %.2f | `resolve .#coder` |\n", median(each))
	fmt.Fprintf(&out, "| `profile list` of 1,000 profiles, %.0f MB at most | %.1f | `profile list` of 110 |\n", thousand[0].Peak, thousand[0].ms()/sizes[3].ms())
	fmt.Fprintf(&out, "| `resolve` of a profile of 5 MB | %.2f | F on its manifest |\n", sizes[5].to(&sizes[4]))
	fmt.Print(out.String())
	page, err := os.ReadFile(performancePage)
	if err != nil {
		return err
	}
	prose, _, ok := strings.Cut(string(page), pageMark)
	if !ok {
		return fmt.Errorf("%s lacks the line %q", performancePage, strings.TrimSpace(pageMark))
	}
	return os.WriteFile(performancePage, []byte(prose+pageMark+"\n"+out.String()), 0o644)
}

// otherNix times the program and the Nix of Debian sid, where that is installed.
func otherNix(ctx context.Context, runs int, insomnia, dir string) ([]row, error) {
	if exec.CommandContext(ctx, sid, "sid", "--installed").Run() != nil || os.Geteuid() != 0 {
		return nil, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, sid, "sid", self, "-n", fmt.Sprint(runs), nixPart, insomnia, dir).Output()
	if err != nil {
		return nil, fmt.Errorf("the Nix of Debian sid: %w", err)
	}
	var rows []row
	return rows, json.Unmarshal(out, &rows)
}

// missing names the peers that are not installed.
func missing(rows []row) string {
	var names []string
	for _, p := range peers {
		if !slices.ContainsFunc(rows, func(r row) bool { return strings.HasPrefix(r.Name, p.name+",") }) {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, ", ")
}

// writeProfiles makes a project of n profiles.
func writeProfiles(dir string, n int) error {
	profiles := filepath.Join(dir, ".insomnia", "profiles")
	if err := os.MkdirAll(profiles, 0o700); err != nil {
		return err
	}
	for i := 1; i <= n; i++ {
		text := fmt.Sprintf("{ insomnia }:\ninsomnia.lib.mkProfile {\n  name = \"p%d\";\n  imports = [ insomnia.insomniaProfiles.coder ];\n  limits.maxTurns = %d;\n  prompts.append = [ \"note %d\" ];\n}\n", i, i, i)
		if err := os.WriteFile(filepath.Join(profiles, fmt.Sprintf("p%d.nix", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return exec.Command("git", "init", "-q", dir).Run()
}

// bigProfile has five skills of a megabyte each.
const bigProfile = `{ insomnia }:
let
  repeat = n: text: builtins.concatStringsSep "" (builtins.genList (_: text) n);
  text = repeat 29000 "0123456789 abcdef \"quoted\" text\n";
  skill = n: { name = "skill-${toString n}"; value = { description = "A long skill"; files."SKILL.md" = text; }; };
in
insomnia.lib.mkProfile {
  name = "big";
  imports = [ insomnia.insomniaProfiles.coder ];
  skills = builtins.listToAttrs (builtins.genList skill 5);
}
`
