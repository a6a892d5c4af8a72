package runtimetest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Server returns an MCP server with these tools. Each answers with its name, and the
// value of the variable that its argument `variable` names.
func (r *Room) Server(tools ...string) manifest.MCPServer {
	command := manifest.Argument(self(r.t))
	s := manifest.MCPServer{Type: "stdio", Command: &command, StartupTimeoutSeconds: 30, ToolTimeoutSeconds: 30}
	for _, word := range append([]string{"mcp-server"}, tools...) {
		s.Args = append(s.Args, manifest.ArgValue{Text: manifest.Argument(word)})
	}
	return s
}

// serveMCP speaks the Model Context Protocol on a pair of pipes until they end.
func serveMCP(in io.Reader, out io.Writer, tools []string) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params struct {
				Version   string `json:"protocolVersion"`
				Name      string `json:"name"`
				Arguments struct {
					Variable string `json:"variable"`
				} `json:"arguments"`
			} `json:"params"`
		}
		if json.Unmarshal(lines.Bytes(), &asked) != nil || asked.ID == nil {
			continue
		}
		var result any = map[string]any{}
		switch asked.Method {
		case "initialize":
			result = map[string]any{"protocolVersion": asked.Params.Version, "capabilities": map[string]any{"tools": map[string]any{}},
				"serverInfo": map[string]any{"name": "tried", "version": "1"}}
		case "tools/list":
			var list []any
			for _, name := range tools {
				list = append(list, map[string]any{"name": name, "description": "Answers.", "inputSchema": map[string]any{
					"type": "object", "properties": map[string]any{"variable": map[string]any{"type": "string"}}}})
			}
			result = map[string]any{"tools": list}
		case "tools/call":
			text := strings.TrimSpace("called " + asked.Params.Name + " " + os.Getenv(asked.Params.Arguments.Variable))
			result = map[string]any{"content": []any{map[string]any{"type": "text", "text": text}}}
		}
		answer, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": asked.ID, "result": result})
		if _, err := out.Write(append(answer, '\n')); err != nil {
			return
		}
	}
}
