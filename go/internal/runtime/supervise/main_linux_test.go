package supervise_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/parts"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
)

// The test is all the processes: the supervisor, inner, and the command of a user.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "pod-supervise":
			p := server.Program{Drivers: plain, Walls: walls}
			if os.Getenv("XDG_TEST_HISTORY") != "" { // of a test with Pods
				p.History = parts.History{}
			}
			os.Exit(p.Main())
		case "pod-inner":
			os.Exit(inner.Main())
		case "agent":
			os.Exit(agent(os.Args[2:]))
		case "serve":
			os.Exit(serve(os.Args[2]))
		case "user":
			os.Exit(user(os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

// plain is a driver for any program: its arguments are given as looks.
func plain(name string) *runtime.Driver {
	return &runtime.Driver{Name: name, Title: "The program", Handshake: runtime.PerSession,
		Plan: func(l runtime.Launch) (*runtime.Plan, error) {
			plan := &runtime.Plan{Env: []string{"PS1=$ "}}
			if err := json.Unmarshal([]byte(l.UI["args"]), &plan.Args); err != nil {
				return nil, err
			}
			if l.Headless {
				plan.Stdin = []byte(l.Prompt)
			}
			plan.Files = []runtime.File{{Path: l.State + "/of/plan", Mode: 0o600, Content: []byte("kept")}}
			plan.Descriptors = []runtime.Descriptor{{Number: 5, Text: []runtime.Part{{Literal: "<"}, {Secret: "/model/auth"}, {Literal: ">"}}}}
			return plan, nil
		}}
}

// agent types text into its terminal, as if the user had.
func agent(args []string) int {
	for _, c := range []byte(args[1]) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, 0, unix.TIOCSTI, uintptr(unsafe.Pointer(&c)))
	}
	fmt.Println("injected")
	return 0
}

// user is the command of a user: run SPEC, attach DIR or stop DIR.
func user(args []string) int {
	terminal := supervise.Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	var result supervise.Result
	var err error
	switch args[0] {
	case "run":
		var start supervise.Start
		if err = json.Unmarshal([]byte(args[1]), &start); err == nil {
			start.Secrets = map[string]string{"/model/auth": canary()}
			result, err = supervise.Run(context.Background(), start, terminal)
		}
	case "ahead":
		supervise.Ahead("")
		select {}
	case "unsaved":
		var start supervise.Start
		if err = json.Unmarshal([]byte(args[1]), &start); err == nil {
			start.Secrets = map[string]string{"/model/auth": canary()}
			_, err = supervise.Ahead("").Run(context.Background(), start, terminal, func() error { select {} })
		}
	case "attach":
		result, err = supervise.Attach(context.Background(), args[1], terminal)
	case "stop":
		var stopped bool
		stopped, err = supervise.Stop(context.Background(), args[1])
		result.Sentence = "stopped: " + strconv.FormatBool(stopped)
	}
	if err != nil {
		_ = diag.NewText().Write(os.Stderr, diag.From(err))
		return int(diag.From(err).Exit)
	}
	if result.Sentence != "" {
		fmt.Fprintf(os.Stderr, "[%s] %s\n", result.State, result.Sentence)
	}
	return result.Exit
}

// canary returns a secret that must not be found anywhere, so it is not written here
// literally.
func canary() string { return "can" + strconv.Itoa(1234567) + "ary" }

// manifestOf is a manifest with a limit of time, 0 for the usual one.
func manifestOf(seconds int) json.RawMessage {
	var m map[string]any
	if err := json.Unmarshal([]byte(granttest.Rich), &m); err != nil {
		panic(err)
	}
	if seconds > 0 {
		m["limits"].(map[string]any)["maxWallSeconds"] = seconds
	}
	data, _ := json.Marshal(m)
	return data
}
