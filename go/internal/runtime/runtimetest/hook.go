package runtimetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
)

// Main runs tests, or stands in for the program where a hook has started it, or for the
// server where [Server] has.
func Main(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "pod-hook" {
		os.Exit(hook(os.Args[3]))
	}
	if len(os.Args) > 2 && os.Args[1] == "mcp-server" {
		serveMCP(os.Stdin, os.Stdout, os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// hook asks the guard what a hook was told on stdin.
func hook(socket string) int {
	var told struct {
		Event     string          `json:"hook_event_name"`
		Session   string          `json:"session_id"`
		Directory string          `json:"cwd"`
		Tool      string          `json:"tool_name"`
		Input     json.RawMessage `json:"tool_input"`
		Call      string          `json:"tool_use_id"`
		Agent     string          `json:"agent_type"`
		AgentID   string          `json:"agent_id"`
	}
	stdin, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(stdin, &told)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ask := guard.Ask{Session: told.Session, Call: told.Call, Tool: told.Tool, Input: told.Input, Directory: told.Directory}
	if told.AgentID != "" {
		ask.Subagent = told.Agent
	}
	switch told.Event {
	case "SessionStart":
		ask.Kind = guard.Hello
	case "PreToolUse":
		ask.Kind = guard.Judge
	case "UserPromptSubmit":
		ask.Kind, ask.State = guard.State, "working"
	default:
		ask.Kind, ask.State = guard.State, "waiting"
	}
	var answer guard.Answer
	conn, err := net.Dial("unix", socket)
	if err == nil {
		defer conn.Close()
		text, _ := json.Marshal(ask)
		_, err = conn.Write(append(text, '\n'))
	}
	if err == nil {
		var line []byte
		line, err = bufio.NewReader(conn).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &answer)
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "the guard does not answer: no tool runs")
		return 2
	case answer.Action == "deny":
		fmt.Fprintln(os.Stderr, answer.Reason)
		return 2
	case ask.Kind == guard.Judge:
		text, _ := json.Marshal(map[string]any{"hookSpecificOutput": map[string]any{
			"hookEventName": "PreToolUse", "permissionDecision": answer.Action, "permissionDecisionReason": answer.Reason}})
		fmt.Printf("%s\n", text)
	}
	return 0
}
