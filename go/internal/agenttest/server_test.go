package agenttest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// serveTools speaks the Model Context Protocol on a pair of pipes: one tool, and times to
// wait before it is there and before it answers.
func serveTools(in io.Reader, out io.Writer, tool, description, start, call string) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		answer, method := answerTo(lines.Bytes(), tool, description)
		if answer == nil {
			continue
		}
		pause := map[string]string{"initialize": start, "tools/call": call}[method]
		if d, err := time.ParseDuration(pause); err == nil {
			time.Sleep(d)
		}
		if _, err := out.Write(append(answer, '\n')); err != nil {
			return
		}
	}
}

// overHTTP is a server of one tool behind an address.
func overHTTP(w http.ResponseWriter, r *http.Request, tool string) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	answer, _ := answerTo(body, tool, "Works elsewhere")
	switch {
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case answer == nil:
		w.WriteHeader(http.StatusAccepted)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

// answerTo returns the answer to a message; nil if it needs none.
func answerTo(message []byte, tool, description string) (answer []byte, method string) {
	var asked struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			Version string `json:"protocolVersion"`
		} `json:"params"`
	}
	if json.Unmarshal(message, &asked) != nil || asked.ID == nil {
		return nil, ""
	}
	var result any = map[string]any{}
	switch asked.Method {
	case "initialize":
		result = map[string]any{"protocolVersion": asked.Params.Version, "capabilities": map[string]any{"tools": map[string]any{}},
			"serverInfo": map[string]any{"name": "tried", "version": "1"}}
	case "tools/list":
		result = map[string]any{"tools": []any{map[string]any{"name": tool, "description": description, "inputSchema": map[string]any{"type": "object"}}}}
	case "tools/call":
		result = map[string]any{"content": []any{map[string]any{"type": "text", "text": tool + ": " + description}}}
	}
	answer, _ = json.Marshal(map[string]any{"jsonrpc": "2.0", "id": asked.ID, "result": result})
	return answer, asked.Method
}
