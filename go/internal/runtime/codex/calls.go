package codex

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// calls translates a tool call. Hooks call every shell tool Bash, and write a namespace
// and a name as one word.
func calls(use runtime.ToolUse) ([]permission.Call, error) {
	switch use.Tool {
	case "Bash", "exec_command", "shell", "shell_command", "local_shell", "container.exec":
		return shellCalls(use)
	case "apply_patch":
		return patchCalls(use)
	case "view_image":
		return imageCalls(use)
	case "web_search":
		return webSearchCalls(use)
	case "write_stdin":
		return nil, errors.New("text for a running command is not judged; run a command that takes it as arguments or from a file")
	}
	if isSpawn(use.Tool) {
		return spawnCalls(use)
	}
	if name, ok := mcpTool(use.Manifest, use.Tool); ok {
		return []permission.Call{{Tool: name}}, nil
	}
	if internalCalls(use.Tool) {
		return nil, nil
	}
	return nil, fmt.Errorf("Codex has no tool `%.100s` that the guard knows", use.Tool)
}

// decode parses an input strictly: an unknown key may change the effect.
func decode(input json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New("the input of the tool is not understood")
	}
	if d.More() {
		return errors.New("the input of the tool has more than one value")
	}
	return nil
}

// shellInput is the input of the shell. Fields that are not parsed do not change what
// runs.
type shellInput struct {
	Command         json.RawMessage `json:"command"`
	Cmd             json.RawMessage `json:"cmd"`
	Workdir         string          `json:"workdir"`
	Description     json.RawMessage `json:"description"`
	Justification   json.RawMessage `json:"justification"`
	Timeout         json.RawMessage `json:"timeout"`
	TimeoutMS       json.RawMessage `json:"timeout_ms"`
	YieldTimeMS     json.RawMessage `json:"yield_time_ms"`
	MaxOutputTokens json.RawMessage `json:"max_output_tokens"`
}

func shellCalls(use runtime.ToolUse) ([]permission.Call, error) {
	var in shellInput
	if err := decode(use.Input, &in); err != nil {
		return nil, err
	}
	if (in.Command == nil) == (in.Cmd == nil) {
		return nil, errors.New("the shell must be given one command")
	}
	raw := in.Command
	if raw == nil {
		raw = in.Cmd
	}
	command, err := commandText(raw)
	if err != nil {
		return nil, err
	}
	return []permission.Call{{Tool: grammar.ToolBash, Command: command, Directory: within(use.Directory, in.Workdir)}}, nil
}

// commandText returns a command as text, with the words of a list quoted. A list that
// only starts a shell becomes the text for that shell.
func commandText(raw json.RawMessage) (string, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil && text != "" {
		return text, nil
	}
	var words []string
	if json.Unmarshal(raw, &words) != nil || len(words) == 0 || words[0] == "" {
		return "", errors.New("the command is not understood")
	}
	if len(words) == 3 && (words[1] == "-c" || words[1] == "-lc") {
		switch words[0] {
		case "bash", "sh", "/bin/bash", "/bin/sh", "/usr/bin/bash", "/usr/bin/sh":
			return words[2], nil
		}
	}
	for i, word := range words {
		words[i] = quote(word)
	}
	return strings.Join(words, " "), nil
}

// within returns a path that may be relative to a directory.
func within(directory, name string) string {
	switch {
	case name == "":
		return directory
	case path.IsAbs(name) || directory == "":
		return name
	}
	return directory + "/" + name // keep `..`: after a link, it is not the parent in the path
}

func patchCalls(use runtime.ToolUse) ([]permission.Call, error) {
	var in struct {
		Command *string `json:"command"`
		Input   *string `json:"input"`
	}
	if err := decode(use.Input, &in); err != nil {
		return nil, err
	}
	text := in.Command
	if text == nil {
		text = in.Input
	}
	if text == nil || in.Command != nil && in.Input != nil {
		return nil, errors.New("the tool must be given one patch")
	}
	changes, err := parsePatch(*text)
	if err != nil {
		return nil, err
	}
	file := func(tool, name string) permission.Call {
		return permission.Call{Tool: tool, Paths: []string{name}, Directory: use.Directory}
	}
	var all []permission.Call
	for _, c := range changes {
		if c.kind == added {
			all = append(all, file(grammar.ToolWrite, c.path))
		} else {
			all = append(all, file(grammar.ToolEdit, c.path))
		}
		if c.to != "" {
			all = append(all, file(grammar.ToolWrite, c.to))
		}
	}
	return all, nil
}

func imageCalls(use runtime.ToolUse) ([]permission.Call, error) {
	var in struct {
		Path   string          `json:"path"`
		Detail json.RawMessage `json:"detail"`
	}
	if err := decode(use.Input, &in); err != nil {
		return nil, err
	}
	if in.Path == "" {
		return nil, errors.New("the tool must be given a path")
	}
	return []permission.Call{{Tool: grammar.ToolRead, Paths: []string{in.Path}, Directory: use.Directory}}, nil
}

func webSearchCalls(use runtime.ToolUse) ([]permission.Call, error) {
	var in struct {
		Query string `json:"query"`
	}
	if err := decode(use.Input, &in); err != nil {
		return nil, err
	}
	return []permission.Call{{Tool: grammar.ToolWebSearch, Argument: in.Query}}, nil
}

// spawnCalls translates the start of a subagent. Without a name, Codex uses a built-in
// agent that the manifest does not have.
func spawnCalls(use runtime.ToolUse) ([]permission.Call, error) {
	var in struct {
		AgentType string  `json:"agent_type"`
		Model     *string `json:"model"`
	}
	if err := json.Unmarshal(use.Input, &in); err != nil {
		return nil, errors.New("the input of the tool is not understood")
	}
	if use.Manifest == nil {
		return nil, errors.New("no manifest")
	}
	agent, ok := use.Manifest.Subagents[manifest.SkillName(in.AgentType)]
	if !ok {
		names := agentNames(use.Manifest)
		if len(names) == 0 {
			return nil, errors.New("the Pod has no subagents")
		}
		return nil, fmt.Errorf("agent_type must be one of: %s", strings.Join(names, ", "))
	}
	if in.Model != nil && (agent.Model == nil || *in.Model != string(agent.Model.ID)) && *in.Model != string(use.Manifest.Model.ID) {
		return nil, errors.New("a subagent has the model of the manifest; leave out model")
	}
	return []permission.Call{{Tool: grammar.ToolAgent, Argument: in.AgentType}}, nil
}
