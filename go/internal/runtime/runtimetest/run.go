package runtimetest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// Timeout ends a program that does not end by itself; it allows for a busy machine.
const Timeout = 4 * time.Minute

// Result is the outcome of running a program.
type Result struct {
	// Exit is its exit code; -1 if it had to be killed.
	Exit           int
	Stdout, Stderr string
	// Log holds the requests to the model since the start.
	Log []modelmock.Request
	// HomeChanges lists the paths below HOME that were created, changed or removed.
	HomeChanges []string
}

// Plan returns the driver's plan of a launch.
func (r *Room) Plan(l runtime.Launch) *runtime.Plan {
	r.t.Helper()
	plan, err := r.Driver.Plan(l)
	if err != nil {
		r.t.Fatal(err)
	}
	return plan
}

// Run starts the plan of a headless launch and waits for its end.
func (r *Room) Run(l runtime.Launch) Result {
	r.t.Helper()
	return r.Start(r.Plan(l))
}

// Start starts a plan without a terminal and waits for its end.
func (r *Room) Start(plan *runtime.Plan) Result {
	r.t.Helper()
	r.Write(plan)
	r.Guard.renew()
	words := append(append(append([]string{}, r.Wrapper...), r.Program), plan.Args...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env, cmd.Dir = r.environment(plan), r.Workspace
	if plan.Stdin != nil {
		cmd.Stdin = bytes.NewReader(plan.Stdin)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	for _, d := range plan.Descriptors {
		for len(cmd.ExtraFiles) <= d.Number-3 {
			cmd.ExtraFiles = append(cmd.ExtraFiles, nil)
		}
		read, write, err := os.Pipe()
		if err != nil {
			r.t.Fatal(err)
		}
		defer read.Close()
		cmd.ExtraFiles[d.Number-3] = read
		go func() {
			defer write.Close()
			_, _ = write.WriteString(r.text(d))
		}()
	}
	before, asked := snapshot(r.Home), len(r.Model.Log())
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	killed := false
	timer := time.AfterFunc(Timeout, func() {
		killed = true
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	_ = cmd.Wait()
	if timer.Stop() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // processes that it left running
	}
	result := Result{Exit: cmd.ProcessState.ExitCode(), Stdout: out.String(), Stderr: errs.String(), Log: r.Model.Log()[asked:]}
	if killed {
		result.Exit = -1
	}
	result.HomeChanges = changes(before, snapshot(r.Home))
	return result
}

// snapshot describes each path below a directory.
func snapshot(dir string) map[string]string {
	found := map[string]string{}
	_ = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text := []byte(info.Mode().String())
		if info.Mode().IsRegular() {
			content, _ := bounded.ReadFile(filepath.Join(dir, name), 64<<20)
			text = append(text, content...)
		}
		found[name] = string(text)
		return nil
	})
	return found
}

func changes(before, after map[string]string) []string {
	var changed []string
	for name, text := range after {
		if old, ok := before[name]; !ok || old != text {
			changed = append(changed, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			changed = append(changed, name)
		}
	}
	return changed
}

// Has returns the files below a directory that contain a text.
func Has(dir, text string) []string {
	var found []string
	for name, content := range snapshot(dir) {
		if strings.Contains(content, text) {
			found = append(found, filepath.Join(dir, name))
		}
	}
	return found
}
