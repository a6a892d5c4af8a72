// Command import runs `insomnia import` over the settings of agent programs that are found
// below a directory, resolves every profile that it makes, and prints what share resolves
// at once, what does not and why, and what was lost.
//
//	go run ./checks/import [-insomnia PROGRAM] [-losses] [-least PERCENT] DIR
//
// DIR has repositories, or only the files of settings in them. Nothing in it is run, and
// nothing is written to it: docs/importing.md lists repositories whose settings were used.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

type loss struct{ Kind, File, Field, Reason string }

type imported struct {
	Refs   map[string]string
	Losses []loss
}

type run struct {
	program, home, out string
}

func main() {
	program := flag.String("insomnia", "", "the program; built from this repository if it is not named")
	losses := flag.Bool("losses", false, "print each loss, not only how often each reason is given")
	least := flag.Int("least", 0, "fail if less than this share, in percent, resolves")
	keep := flag.String("keep", "", "keep what is imported in this directory")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./checks/import [flags] DIR")
		os.Exit(2)
	}
	if err := check(*program, flag.Arg(0), *keep, *losses, *least); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(program, dir, keep string, each bool, least int) error {
	temp, err := os.MkdirTemp("", "import")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if program == "" {
		program = filepath.Join(temp, "insomnia")
		if out, err := exec.Command("go", "build", "-o", program, "./go/cmd/insomnia").CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	r := run{program: program, home: filepath.Join(temp, "home"), out: filepath.Join(temp, "out")}
	if keep != "" {
		if r.out, err = filepath.Abs(keep); err != nil {
			return err
		}
	}
	for _, dir := range []string{r.home, r.out} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	total, good, profiles := map[string]int{}, map[string]int{}, 0
	reasons := map[string]int{}
	repositories := map[string]bool{}
	for _, where := range directories(dir) {
		for _, c := range r.candidates(where) {
			total[c.Program]++
			name, _ := filepath.Rel(dir, c.Path)
			repositories[strings.SplitN(name, string(filepath.Separator), 2)[0]] = true
			got, problem := r.try(c)
			profiles += len(got.Refs)
			if problem == "" {
				good[c.Program]++
			} else {
				fmt.Printf("%s %s: %s\n", c.Program, name, problem)
			}
			for _, l := range got.Losses {
				if each {
					fmt.Printf("    %s %s %s: %s %s: %s\n", c.Program, name, l.Kind, l.File, l.Field, l.Reason)
				}
				reasons[l.Kind+": "+general(l.Reason)]++
			}
		}
	}
	fmt.Println("\nwhy something is lost, stricter or changed, and how often:")
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	}) {
		fmt.Printf("%6d  %s\n", reasons[reason], reason)
	}
	all, resolved := 0, 0
	fmt.Println()
	for _, program := range slices.Sorted(maps.Keys(total)) {
		fmt.Printf("%-10s %d of %d resolve\n", program, good[program], total[program])
		all, resolved = all+total[program], resolved+good[program]
	}
	if all == 0 {
		return fmt.Errorf("no settings found in %s", dir)
	}
	fmt.Printf("all        %d of %d resolve (%d %%), of %d repositories; %d profiles\n", resolved, all, 100*resolved/all, len(repositories), profiles)
	if 100*resolved < least*all {
		return fmt.Errorf("less than %d %% resolve", least)
	}
	return nil
}

// general is a reason without what is quoted in it.
func general(reason string) string {
	parts := strings.Split(reason, "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "…"
	}
	text := strings.Join(parts, "")
	return strings.TrimPrefix(strings.TrimPrefix(text, "…: "), "… ")
}

// directories are those that may have settings, in order.
func directories(dir string) []string {
	var out []string
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return nil
		}
		if name := e.Name(); path != dir && (strings.HasPrefix(name, ".") || name == "node_modules") {
			return fs.SkipDir
		}
		if path != dir {
			out = append(out, path)
		}
		return nil
	})
	return out
}

type candidate struct {
	Program, Path string
	User          bool
}

// candidates returns the candidates that the program itself finds in a directory.
func (r run) candidates(dir string) []candidate {
	out, _, err := r.command(dir, "import", "--json")
	var found struct{ Candidates []candidate }
	if err != nil || json.Unmarshal(out, &found) != nil {
		return nil
	}
	return slices.DeleteFunc(found.Candidates, func(c candidate) bool {
		at := c.Path
		if c.Program == "mcp" {
			return c.User || !strings.HasPrefix(at, dir+string(filepath.Separator))
		}
		return c.User || at != dir
	})
}

// try imports and resolves; the problem is empty where all is well.
func (r run) try(c candidate) (got imported, problem string) {
	to := filepath.Join(r.out, fmt.Sprintf("%x", c.Program+c.Path))
	if len(to) > 200 {
		to = to[:100] + to[len(to)-90:]
	}
	out, words, err := r.command(filepath.Dir(r.out), "import", c.Program, c.Path, "--out", to, "--force", "--json")
	if err != nil {
		return got, "import: " + first(words)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return got, err.Error()
	}
	var bad []string
	for _, name := range slices.Sorted(maps.Keys(got.Refs)) {
		if _, words, err := r.command(to, "resolve", got.Refs[name]); err != nil {
			bad = append(bad, name+": "+first(words))
		}
	}
	if len(bad) > 0 {
		return got, fmt.Sprintf("%d of %d profiles do not resolve; %s", len(bad), len(got.Refs), strings.Join(bad[:1], ""))
	}
	return got, ""
}

// first returns the beginning of the errors in a text.
func first(words []byte) string {
	var out []string
	for line := range strings.Lines(string(words)) {
		if strings.HasPrefix(line, "error:") && len(out) < 4 {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, " / ")
}

func (r run) command(dir string, args ...string) (out, words []byte, err error) {
	cmd := exec.Command(r.program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + r.home, "PATH=" + os.Getenv("PATH")}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.Bytes(), stderr.Bytes(), err
}
