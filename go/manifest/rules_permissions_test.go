package manifest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

// The words of a problem are the grammar's own: what is wrong, and the way out.
func TestRefusedPermissionsSayWhatToWrite(t *testing.T) {
	manifest := strings.NewReplacer(
		`"mcpServers": {}`, `"mcpServers": {"tickets": {}}`,
		`"rules": []`, `"rules": [{"tool": "bash", "pattern": "docker rm:*", "action": "deny"}, {"tool": "read", "pattern": "`+fakeKey+`", "action": "deny"}]`,
		`"deny": []`, `"deny": ["Shell", "mcp__ticket__close"]`,
	).Replace(base(t, "minimal"))
	got := ""
	for _, p := range Validate([]byte(manifest)) {
		if strings.HasPrefix(p.Code, "rule-") && p.Pointer != "/mcpServers/tickets" {
			got += fmt.Sprintf("%s %s: %s\n  %s\n", p.Code, p.Path, p.Message, p.Hint)
		}
	}
	want := "rule-tool-name tools.deny[0]: unknown tool: `Shell`\n  did you mean `bash`?\n" +
		"rule-tool-name tools.deny[1]: MCP server `ticket` not found in this manifest\n  did you mean `mcp__tickets__close`?\n" +
		"rule-pattern permissions.rules[0].pattern: pattern `docker rm:*`: this is the form of another program\n" +
		"  write `docker rm*` to deny or ask; to allow, write `docker rm` and `docker rm *`\n" +
		strings.ReplaceAll("rule-pattern permissions.rules[1].pattern: pattern `KEY`: must name a directory\n"+
			"  write `**/KEY` for every directory of the workspace, or `./KEY` for the workspace itself\n", "KEY", strings.Repeat("*", len(fakeKey)))
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// fakeKey has the form of a key, which no message shows.
const fakeKey = "sk-ant-" + "api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEf"

// A name is looked for among all servers, and near ones only among a few.
func TestManyServersAndManyNames(t *testing.T) {
	const many = 60_000
	var servers, names strings.Builder
	for i := range many {
		fmt.Fprintf(&servers, `,"s%d":0`, i)
		fmt.Fprintf(&names, `,"mcp__s%d__t"`, i)
	}
	manifest := `{"mcpServers":{` + servers.String()[1:] + `},"tools":{"allow":[` + names.String()[1:] + `]}}`
	took := fuzzcost.Of(func() {
		for _, p := range Validate([]byte(manifest)) {
			if p.Code == "rule-tool-name" {
				t.Errorf("%s: %s", p.Path, p.Message)
			}
		}
		Validate([]byte(strings.ReplaceAll(manifest, "mcp__s", "mcp__S")))
	})
	if took > 10*time.Second {
		t.Errorf("it took %s of the processor", took)
	}
}
