//go:build canaries

package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The canary sweep: values are planted wherever a user keeps secrets, every
// command runs, well and badly, with everything logged, and then no value may be
// found in any form: in what was printed, in what was written, in the Nix store,
// or in the arguments and the environment of a process.
//
// The program is built again with a leak in it, by an overlay of one file: the same
// sweep finds it.

// canary is one planted value.
type canary struct {
	name, where, value string
	needles            map[string][]byte // by the form in which it would be found
}

func newCanary(name, where, dress string) canary {
	core := "c4n4ry" + rand.Text()
	c := canary{name: name, where: where, value: strings.ReplaceAll(dress, "@", core), needles: map[string][]byte{}}
	add := func(form, text string) { c.needles[form] = []byte(text) }
	add("raw", core)
	add("URL", url.QueryEscape(c.value))
	add("URL path", url.PathEscape(c.value))
	quoted, _ := json.Marshal(c.value)
	add("JSON", strings.Trim(string(quoted), `"`))
	add("quoted", strings.Trim(strconv.Quote(c.value), `"`))
	add("hex", hex.EncodeToString([]byte(core)))
	add("HEX", strings.ToUpper(hex.EncodeToString([]byte(core))))
	add("numbers", strings.Trim(fmt.Sprint([]byte(core)), "[]"))
	add("numbers in JSON", strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(core)), "[]"), " ", ","))
	for shift := range 3 { // wherever it begins in a longer text
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + core))
		encoded = strings.TrimRight(encoded, "=")
		encoded = encoded[4*((shift+2)/3) : len(encoded)-2]
		add(fmt.Sprint("base64 ", shift), encoded)
		add(fmt.Sprint("base64 URL ", shift), strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
	}
	return c
}

// finding is a value that got out.
type finding struct{ canary, form, where string }

func (f finding) String() string { return f.where + " has " + f.canary + " (" + f.form + ")" }

// sweep is one run over everything with one build of the program.
type sweep struct {
	program  string
	root     string
	env      []string
	canaries []canary
	sources  map[string]bool // files in which a value was planted

	mu     sync.Mutex
	found  []finding // each once
	looked int       // places that were looked at
	bytes  int64     // in them
	said   string    // what the last command wrote to standard error
}

func (s *sweep) look(where string, data []byte, except string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked++
	s.bytes += int64(len(data))
	for _, c := range s.canaries {
		if c.where == except {
			continue
		}
		for form, needle := range c.needles {
			if f := (finding{c.name, form, where}); bytes.Contains(data, needle) && !slices.Contains(s.found, f) {
				s.found = append(s.found, f)
			}
		}
	}
}

// run runs the program and looks at all that it prints.
func (s *sweep) run(dir, stdin string, env []string, args ...string) (code int) {
	cmd := exec.Command(s.program, args...)
	cmd.Dir = dir
	cmd.Env = append(slices.Clone(s.env), env...)
	cmd.Stdin = strings.NewReader(stdin)
	return s.wait(cmd, strings.Join(args, " "))
}

func (s *sweep) wait(cmd *exec.Cmd, what string) int {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	cmd.Wait()
	s.look("the output of "+what, stdout.Bytes(), "")
	s.look("the errors of "+what, stderr.Bytes(), "")
	s.said = stderr.String()
	return cmd.ProcessState.ExitCode()
}

// watch examines the processes below this one until the context ends. The program itself
// gets the values that are in variables, as from a user; the processes that it starts do
// not.
func (s *sweep) watch(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(2 * time.Millisecond) {
		parents := map[int]int{}
		entries, _ := os.ReadDir("/proc")
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			if err != nil {
				continue
			}
			stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
			if err != nil {
				continue
			}
			fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
			parents[pid], _ = strconv.Atoi(fields[1])
		}
		for pid := range parents {
			at := pid
			for at > 1 && at != os.Getpid() {
				at = parents[at]
			}
			if at != os.Getpid() || pid == at {
				continue
			}
			folder := filepath.Join("/proc", strconv.Itoa(pid))
			line, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
			if len(line) == 0 {
				continue // it is becoming one, or ending
			}
			environ, _ := os.ReadFile(filepath.Join(folder, "environ"))
			// Arguments and environment of one program: a process may become another in between,
			// and is examined the next time.
			if again, _ := os.ReadFile(filepath.Join(folder, "cmdline")); !bytes.Equal(line, again) {
				continue
			}
			except := ""
			if bytes.HasPrefix(line, []byte(s.program+"\x00")) { // or its child, before it has become another program
				except = "variable"
			}
			s.look("the arguments of a process: "+string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))), line, "")
			s.look("the environment of a process: "+string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))), environ, except)
		}
	}
}

// files looks at every file below a folder, and at their names.
func (s *sweep) files(t *testing.T, root string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		s.look("the name of "+path, []byte(path), "")
		if s.sources[path] || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.look(path, data, "")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func storePaths() map[string]bool {
	names := map[string]bool{}
	entries, _ := os.ReadDir("/nix/store")
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

// build makes the program, with an overlay of source files where a leak is wanted.
func build(t *testing.T, change map[string]func(source string) string) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for name, edit := range change {
		path, err := filepath.Abs(filepath.Join("../../..", name))
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		edited := edit(string(source))
		if edited == string(source) {
			t.Fatalf("the leak has no place in %s any more", name)
		}
		replace[path] = filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(replace[path], []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "insomnia")
	out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "../../cmd/insomnia").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// leak edits the place at which every value passes.
func leak(by string) map[string]func(string) string {
	return map[string]func(string) string{"go/internal/secret/binding.go": func(source string) string {
		return strings.Replace(source, "\treturn seal(value), nil\n", "\t"+by+"\n\treturn seal(value), nil\n", 1)
	}}
}

func TestCanaries(t *testing.T) {
	t.Run("none gets out", func(t *testing.T) {
		s := newSweep(t, build(t, nil))
		s.everything(t)
		for _, f := range s.found {
			t.Error(f)
		}
		if len(s.canaries) < 20 || s.looked < 1000 {
			t.Errorf("only %d values and %d places", len(s.canaries), s.looked)
		}
		t.Logf("%d values in %d forms, %d places, %d MB: %d found", len(s.canaries), len(s.canaries[0].needles), s.looked, s.bytes>>20, len(s.found))
	})
	for name, by := range map[string]string{
		"a log":           `if b.Debug != nil { b.Debug("read", map[string]any{"value": value}) }`,
		"a file in hex":   `os.WriteFile(filepath.Join(os.TempDir(), "scratch"), []byte(fmt.Sprintf("%x", value)), 0o600)`,
		"the environment": `os.Setenv("LEAKED", string(value))`,
		"arguments":       `exec.Command("sh", "-c", "sleep 0.2; :", string(value)).Run()`,
	} {
		t.Run(name+" is found", func(t *testing.T) {
			change := leak(by)
			edit := change["go/internal/secret/binding.go"]
			change["go/internal/secret/binding.go"] = func(source string) string {
				source = edit(source)
				for _, path := range []string{"fmt", "os/exec"} {
					if strings.Contains(by, filepath.Base(path)+".") {
						source = strings.Replace(source, "import (\n", "import (\n\t\""+path+"\"\n", 1)
					}
				}
				return source
			}
			s := newSweep(t, build(t, change))
			s.secrets(t)
			s.files(t, s.root)
			if len(s.found) == 0 {
				t.Errorf("the sweep finds nothing in %d places", s.looked)
			} else {
				t.Logf("%d found, such as: %s", len(s.found), s.found[0])
			}
		})
	}
}

// A value that is held while the program dies is in no trace and no dump.
func TestCanariesOfACrash(t *testing.T) {
	for name, by := range map[string]string{
		"panic":   `if bound.Name == "cn.exec0" { panic("boom") }`,
		"SIGQUIT": `if bound.Name == "cn.exec0" { p, _ := os.FindProcess(os.Getpid()); p.Signal(syscall.SIGQUIT); time.Sleep(time.Minute) }`,
	} {
		t.Run(name, func(t *testing.T) {
			change := leak(by)
			edit := change["go/internal/secret/binding.go"]
			change["go/internal/secret/binding.go"] = func(source string) string {
				source = edit(source)
				if strings.Contains(by, "syscall.") {
					source = strings.Replace(source, "import (\n", "import (\n\t\"syscall\"\n", 1)
				}
				return source
			}
			s := newSweep(t, build(t, change))
			for _, level := range []string{"all", "crash"} { // the second one dumps core where it may
				cmd := exec.Command("sh", "-c", `ulimit -c unlimited; exec "$0" "$@"`, s.program, "secret", "check", "project:all", "--log-level", "trace")
				cmd.Dir = filepath.Join(s.root, "project")
				cmd.Env = append(slices.Clone(s.env), "GOTRACEBACK="+level)
				if code := s.wait(cmd, "a crash with GOTRACEBACK="+level); code == 0 || code == 1 {
					t.Errorf("it did not crash: %d", code)
				}
			}
			s.files(t, s.root)
			for _, f := range s.found {
				t.Error(f)
			}
		})
	}
}
