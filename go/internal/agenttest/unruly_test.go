package agenttest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// An unruly agent program is this test under the name of a real one. It speaks the
// model's API and asks the guard before each tool call, as it must. From its settings it
// takes only their location, its system prompt and its token. It offers the tools that
// its prompt orders, and runs whatever the model calls and the guard allows. So only
// Insomnia itself restrains it.
type unruly struct {
	url, session, system string
	header               http.Header // with the token
	chat                 conversation
	// ask asks the guard about an event, in the terms of the hooks of Claude Code.
	ask func(event map[string]any) (allowed bool, reason string)
	// shell, spawn are the tools that run commands and that begin subagents.
	shell, spawn string
	asSubagent   func(h http.Header, session, id, name string)
	number       int
}

// order is what a prompt can order, as JSON; any other prompt only orders the shell.
type order struct {
	// Offer are the tools on offer to the model, by the program's names.
	Offer []string `json:"offer"`
	// Model and System take the place of those that the program was given.
	Model  string `json:"model,omitempty"`
	System string `json:"system,omitempty"`
	// Agent begins a subagent under its own ID without telling the guard.
	Agent string `json:"agent,omitempty"`
	// List asks which models there are.
	List bool `json:"list,omitempty"`
}

func (o order) String() string {
	text, _ := json.Marshal(o)
	return string(text)
}

// versions are the version strings of the programs.
var versions = map[string]string{"claude": "2.1.332 (Claude Code)", "codex": "codex-cli 0.171.0", "opencode": "1.18.33"}

// runUnruly is the main function of the program of a name.
func runUnruly(name string, args []string) int {
	if slices.Contains(args, "--version") {
		fmt.Println(versions[name])
		return 0
	}
	if len(args) == 2 {
		switch args[0] {
		case "listen":
			return said(listen(args[1]))
		case "connect":
			return said(connect(args[1]))
		case "through":
			return said(through(args[1]))
		case "memory":
			return said(inMemory(args[1]))
		}
	}
	if len(args) == 3 && args[0] == "mcp" {
		here, _ := os.Getwd()
		serveTools(os.Stdin, os.Stdout, "from_"+name, "Works in "+here, args[1], args[2])
		return 0
	}
	u := &unruly{header: http.Header{}}
	model, err := map[string]func([]string) (string, error){"claude": u.claude, "codex": u.codex, "opencode": u.opencode}[name](args)
	if err == nil {
		err = u.run(model)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func said(text string, err error) int {
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(text)
	return 0
}

// inMemory looks for a text, which is given in hexadecimal digits, in the memory of all
// processes that can be read, and names those that have it.
func inMemory(digits string) (string, error) {
	text, err := hex.DecodeString(digits)
	if err != nil {
		return "", err
	}
	read, found := 0, []string{}
	processes, _ := filepath.Glob("/proc/[0-9]*/maps")
	for _, maps := range processes {
		dir := filepath.Dir(maps)
		// This one, whose number may be another in /proc.
		if line, _ := os.ReadFile(dir + "/cmdline"); bytes.HasSuffix(line, []byte("\x00memory\x00"+digits+"\x00")) {
			continue
		}
		areas, err := os.ReadFile(maps)
		if err != nil {
			continue
		}
		memory, err := os.Open(dir + "/mem")
		if err != nil {
			continue
		}
		read++
		for line := range strings.Lines(string(areas)) {
			var from, to int64
			if _, err := fmt.Sscanf(line, "%x-%x rw", &from, &to); err != nil || to-from > 256<<20 {
				continue
			}
			area := make([]byte, to-from)
			n, _ := memory.ReadAt(area, from)
			if bytes.Contains(area[:n], text) {
				name, _ := os.ReadFile(dir + "/comm")
				found = append(found, strings.TrimSpace(string(name)))
			}
		}
		memory.Close()
	}
	return fmt.Sprintf("read the memory of %d processes, found in %q", read, found), nil
}

// listen waits for a connection to a port of the loopback interface.
func listen(port string) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return "", err
	}
	conn, err := l.Accept()
	if err != nil {
		return "", err
	}
	_, err = conn.Write([]byte("x"))
	conn.Close()
	return "was called", err
}

// connect connects to an address.
func connect(address string) (string, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	conn.Close()
	return "reached", nil
}

// through asks the proxy for an address.
func through(address string) (string, error) {
	proxy, err := url.Parse(os.Getenv("http_proxy"))
	if err != nil {
		return "", err
	}
	conn, err := net.Dial("tcp", proxy.Host)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address)
	return bufio.NewReader(conn).ReadString('\n')
}

func (u *unruly) run(model string) error {
	prompt, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if ok, reason := u.ask(map[string]any{"hook_event_name": "SessionStart"}); !ok {
		return errors.New(reason)
	}
	said, err := u.converse(order{Model: model, System: u.system}, string(prompt), "", "")
	fmt.Println(said)
	return err
}

// converse talks with the model until it calls no tool more.
func (u *unruly) converse(o order, prompt, agent, name string) (string, error) {
	var told order
	if json.Unmarshal([]byte(prompt), &told) == nil {
		if told.Model != "" {
			o.Model = told.Model
		}
		if told.System != "" {
			o.System = told.System
		}
		o.Offer = told.Offer
	}
	if o.Offer == nil {
		o.Offer = []string{u.shell}
	}
	if told.List {
		list, err := u.send(http.MethodGet, "/v1/models", nil, agent, name)
		if err != nil {
			return "", err
		}
		fmt.Println(string(list))
	}
	items := u.chat.begin(prompt)
	for {
		answer, err := u.send(http.MethodPost, u.chat.path, u.chat.body(o, items), agent, name)
		if err != nil {
			return "", err
		}
		said, calls, heard := u.chat.read(answer)
		items = append(items, heard...)
		if len(calls) == 0 {
			return said, nil
		}
		for _, c := range calls {
			result, err := u.call(o, c, agent, name)
			if err != nil {
				return "", err
			}
			items = append(items, u.chat.result(c.id, result))
		}
	}
}

// toolCall is a call of the model.
type toolCall struct {
	id, tool string
	input    map[string]any
}

func (u *unruly) call(o order, c toolCall, agent, name string) (string, error) {
	event := map[string]any{"hook_event_name": "PreToolUse", "tool_name": c.tool, "tool_use_id": c.id, "tool_input": c.input, "agent_id": agent, "agent_type": name}
	if ok, reason := u.ask(event); !ok {
		return "denied: " + reason, nil
	}
	switch c.tool {
	case u.shell:
		command, _ := c.input["command"].(string)
		if command == "" {
			command, _ = c.input["cmd"].(string)
		}
		out, err := exec.Command("bash", "-c", command).CombinedOutput()
		if err != nil {
			out = append(out, err.Error()...)
		}
		return string(out), nil
	case u.spawn:
		u.number++
		id := fmt.Sprintf("%s-agent-%d", u.session, u.number)
		kind, _ := c.input["subagent_type"].(string)
		if kind == "" {
			kind, _ = c.input["agent_type"].(string)
		}
		prompt, _ := c.input["prompt"].(string)
		if prompt == "" {
			prompt, _ = c.input["message"].(string)
		}
		var told order
		_ = json.Unmarshal([]byte(prompt), &told)
		if told.Agent != "" {
			id, kind = told.Agent, told.Agent
		} else if ok, reason := u.ask(map[string]any{"hook_event_name": "SubagentStart", "agent_id": id, "agent_type": kind}); !ok {
			return reason, nil
		}
		said, err := u.converse(order{Model: o.Model, System: o.System + "\nYou scout."}, prompt, id, kind)
		u.ask(map[string]any{"hook_event_name": "SubagentStop", "agent_id": id, "agent_type": kind})
		if err != nil {
			return "the subagent failed: " + err.Error(), nil
		}
		return said, nil
	}
	return "ran " + c.tool, nil
}

func (u *unruly) send(method, path string, body any, agent, name string) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	q, err := http.NewRequest(method, u.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	q.Header = u.header.Clone()
	q.Header.Set("Content-Type", "application/json")
	if agent != "" {
		u.asSubagent(q.Header, u.session, agent, name)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", r.StatusCode, answer)
	}
	return answer, err
}

// byHooks asks the guard by a command of the hooks in the settings.
func byHooks(session string, commands map[string]string) func(map[string]any) (bool, string) {
	return func(event map[string]any) (bool, string) {
		command := commands[event["hook_event_name"].(string)]
		if command == "" {
			return true, ""
		}
		here, _ := os.Getwd()
		event["session_id"], event["cwd"] = session, here
		text, _ := json.Marshal(event)
		cmd := exec.Command("/bin/sh", "-c", command)
		cmd.Stdin = bytes.NewReader(text)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run()
		var answer struct {
			Specific struct {
				Decision string `json:"permissionDecision"`
				Reason   string `json:"permissionDecisionReason"`
			} `json:"hookSpecificOutput"`
		}
		_ = json.Unmarshal(out.Bytes(), &answer)
		// No user can be asked.
		return cmd.ProcessState.ExitCode() == 0 && answer.Specific.Decision != "ask" && answer.Specific.Decision != "deny", cmp.Or(answer.Specific.Reason, errs.String())
	}
}

// after is the argument that follows a flag.
func after(args []string, flag string) string {
	if i := slices.Index(args, flag); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

func (u *unruly) claude(args []string) (string, error) {
	system, err := os.ReadFile(after(args, "--system-prompt-file"))
	if err != nil {
		return "", err
	}
	var settings struct {
		Hooks map[string][]struct {
			Hooks []struct {
				Command string `json:"command"`
			} `json:"hooks"`
		} `json:"hooks"`
	}
	data, err := os.ReadFile(after(args, "--settings"))
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(data, &settings); err != nil {
		return "", err
	}
	commands := map[string]string{}
	for event, groups := range settings.Hooks {
		commands[event] = groups[0].Hooks[0].Command
	}
	token, err := io.ReadAll(os.NewFile(3, "token"))
	if err != nil {
		return "", err
	}
	u.url, u.system, u.session = os.Getenv("ANTHROPIC_BASE_URL"), string(system), after(args, "--session-id")
	if u.session == "" {
		u.session = after(args, "--resume")
	}
	u.header.Set("X-Api-Key", string(token))
	u.header.Set("X-Claude-Code-Session-Id", u.session)
	u.asSubagent = func(h http.Header, _, id, _ string) { h.Set("X-Claude-Code-Agent-Id", id) }
	u.ask, u.chat, u.shell, u.spawn = byHooks(u.session, commands), messages, "Bash", "Agent"
	return after(args, "--model"), nil
}

func (u *unruly) codex([]string) (string, error) {
	data, err := os.ReadFile(filepath.Join(os.Getenv("CODEX_HOME"), "pod.config.toml"))
	if err != nil {
		return "", err
	}
	var settings struct {
		Model        string `toml:"model"`
		Instructions string `toml:"model_instructions_file"`
		Providers    map[string]struct {
			URL  string `toml:"base_url"`
			Auth struct {
				Command string   `toml:"command"`
				Args    []string `toml:"args"`
			} `toml:"auth"`
		} `toml:"model_providers"`
		Hooks map[string]any `toml:"hooks"`
	}
	if err := toml.Unmarshal(data, &settings); err != nil {
		return "", err
	}
	system, err := os.ReadFile(settings.Instructions)
	if err != nil {
		return "", err
	}
	provider := settings.Providers["pod"]
	token, err := exec.Command(provider.Auth.Command, provider.Auth.Args...).Output()
	if err != nil {
		return "", err
	}
	commands := map[string]string{}
	for event, groups := range settings.Hooks {
		if list, ok := groups.([]any); ok {
			commands[event] = list[0].(map[string]any)["hooks"].([]any)[0].(map[string]any)["command"].(string)
		}
	}
	u.url, u.system, u.session = strings.TrimSuffix(provider.URL, "/v1"), string(system), fmt.Sprintf("session-%d", os.Getpid())
	u.header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	u.header.Set("Session-Id", u.session)
	u.header.Set("Thread-Id", u.session)
	u.asSubagent = func(h http.Header, _, id, _ string) {
		h.Set("Thread-Id", id)
		h.Set("X-Codex-Turn-Metadata", `{"thread_source":"subagent"}`)
	}
	ask := byHooks(u.session, commands)
	u.ask = func(event map[string]any) (bool, string) {
		// Hooks have another name for the shell, and write a namespace and a name as one word.
		if tool, _ := event["tool_name"].(string); tool == "exec_command" {
			event["tool_name"], event["tool_input"] = "Bash", map[string]any{"command": event["tool_input"].(map[string]any)["cmd"]}
		} else if tool != "" {
			event["tool_name"] = strings.Replace(tool, "/", map[bool]string{true: "__"}[strings.HasPrefix(tool, "mcp__")], 1)
		}
		return ask(event)
	}
	u.chat, u.shell, u.spawn = responses, "exec_command", "collaboration/spawn_agent"
	return settings.Model, nil
}

func (u *unruly) opencode(args []string) (string, error) {
	data, err := os.ReadFile(os.Getenv("OPENCODE_CONFIG"))
	if err != nil {
		return "", err
	}
	var config struct {
		Agent map[string]struct {
			Prompt string `json:"prompt"`
		} `json:"agent"`
		Plugin   []string `json:"plugin"`
		Provider map[string]struct {
			Options struct {
				URL string `json:"baseURL"`
			} `json:"options"`
		} `json:"provider"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return "", err
	}
	plugin, err := os.ReadFile(strings.TrimPrefix(config.Plugin[0], "file://"))
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(string(plugin), "const pod = "), "\n")
	var pod struct{ Guard string }
	if err := json.Unmarshal([]byte(first), &pod); err != nil {
		return "", err
	}
	var secrets struct{ Token string }
	if err := json.NewDecoder(os.NewFile(3, "secrets")).Decode(&secrets); err != nil {
		return "", err
	}
	guard, err := net.Dial("unix", pod.Guard)
	if err != nil {
		return "", err
	}
	lines := bufio.NewReader(guard)
	u.url, u.system, u.session = strings.TrimSuffix(config.Provider["pod"].Options.URL, "/v1"), config.Agent[after(args, "--agent")].Prompt, fmt.Sprintf("ses_%d", os.Getpid())
	u.header.Set("X-Api-Key", secrets.Token)
	u.header.Set("X-Session-Id", u.session)
	u.asSubagent = func(h http.Header, _, id, name string) {
		h.Set("X-Session-Id", id)
		h.Set("X-Insomnia-Agent", name)
	}
	u.ask = func(event map[string]any) (bool, string) {
		here, _ := os.Getwd()
		kinds := map[string]string{"SessionStart": "hello", "PreToolUse": "judge", "SubagentStart": "started", "SubagentStop": "ended"}
		ask := map[string]any{"id": "1", "kind": kinds[event["hook_event_name"].(string)], "session": u.session, "directory": here}
		for ours, theirs := range map[string]string{"call": "tool_use_id", "tool": "tool_name", "input": "tool_input", "agent": "agent_id", "subagent": "agent_type"} {
			if value := event[theirs]; value != nil {
				ask[ours] = value
			}
		}
		text, _ := json.Marshal(ask)
		if _, err := guard.Write(append(text, '\n')); err != nil {
			return false, err.Error()
		}
		line, err := lines.ReadBytes('\n')
		var answer struct{ Action, Reason string }
		if err == nil {
			err = json.Unmarshal(line, &answer)
		}
		if err != nil {
			return false, err.Error()
		}
		return answer.Action == "allow", answer.Reason
	}
	u.chat, u.shell, u.spawn = messages, "bash", "task"
	return strings.TrimPrefix(after(args, "--model"), "pod/"), nil
}

// conversation writes a conversation in a dialect.
type conversation struct {
	path   string
	begin  func(prompt string) []any
	body   func(o order, items []any) any
	read   func(answer []byte) (said string, calls []toolCall, heard []any)
	result func(id, text string) any
}

var messages = conversation{
	path:  "/v1/messages",
	begin: func(prompt string) []any { return []any{map[string]any{"role": "user", "content": prompt}} },
	body: func(o order, items []any) any {
		tools := []any{}
		for _, name := range o.Offer {
			tools = append(tools, map[string]any{"name": name, "input_schema": map[string]any{"type": "object"}})
		}
		return map[string]any{"model": o.Model, "max_tokens": 1000, "system": o.System, "tools": tools, "messages": items}
	},
	read: func(answer []byte) (said string, calls []toolCall, heard []any) {
		var message struct {
			Content []struct {
				Type, ID, Name, Text string
				Input                map[string]any
			} `json:"content"`
		}
		var whole map[string]any
		_, _ = json.Unmarshal(answer, &message), json.Unmarshal(answer, &whole)
		for _, b := range message.Content {
			said += b.Text
			if b.Type == "tool_use" {
				calls = append(calls, toolCall{b.ID, b.Name, b.Input})
			}
		}
		return said, calls, []any{map[string]any{"role": "assistant", "content": whole["content"]}}
	},
	result: func(id, text string) any {
		return map[string]any{"role": "user", "content": []any{map[string]any{"type": "tool_result", "tool_use_id": id, "content": text}}}
	},
}

var responses = conversation{
	path: "/v1/responses",
	begin: func(prompt string) []any {
		return []any{map[string]any{"type": "message", "role": "user", "content": prompt}}
	},
	body: func(o order, items []any) any {
		tools := []any{}
		for _, name := range o.Offer {
			tool := map[string]any{"type": "function", "name": name}
			if space, inner, ok := strings.Cut(name, "/"); ok {
				tool = map[string]any{"type": "namespace", "name": space, "tools": []any{map[string]any{"type": "function", "name": inner}}}
			}
			tools = append(tools, tool)
		}
		return map[string]any{"model": o.Model, "instructions": o.System, "tools": tools, "input": items}
	},
	read: func(answer []byte) (said string, calls []toolCall, heard []any) {
		var response struct {
			Output []struct {
				Type, Name, Namespace, Arguments string
				Call                             string `json:"call_id"`
				Content                          []struct{ Text string }
			} `json:"output"`
		}
		var whole struct {
			Output []any `json:"output"`
		}
		_, _ = json.Unmarshal(answer, &response), json.Unmarshal(answer, &whole)
		for _, item := range response.Output {
			for _, part := range item.Content {
				said += part.Text
			}
			if item.Type == "function_call" {
				name := item.Name
				if item.Namespace != "" {
					name = item.Namespace + "/" + name
				}
				c := toolCall{id: item.Call, tool: name}
				_ = json.Unmarshal([]byte(item.Arguments), &c.input)
				calls = append(calls, c)
			}
		}
		return said, calls, whole.Output
	},
	result: func(id, text string) any {
		return map[string]any{"type": "function_call_output", "call_id": id, "output": text}
	},
}
