// Package granttest has manifests for tests about grants.
package granttest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Rich is a manifest that has something in every field that can be a grant. What it
// does not write has its default, so that a new field needs no edit here.
var Rich = complete(`{
 "schema":"insomnia.pod/v1",
 "profile":{"name":"a","description":"d","role":"coder","variant":"standard","tags":["x"]},
 "model":{"ref":"p/m","provider":"p","id":"m","baseUrl":"https://api.example.org/v1","wireApi":"anthropic",
  "auth":{"_type":"insomnia.secret-ref/v1","name":"p.key"},
  "headers":{"X-Gateway":{"_type":"insomnia.secret-ref/v1","name":"gateway.key"},"X-Read-Only":{"value":"1"}},"contextWindowTokens":200000,"maxOutputTokens":8000,"effort":"medium",
  "thinkingBudgetTokens":1000,"temperature":0.5,"topP":0.9,"fallbacks":["p/n"],"small":"p/s",
  "prices":{"input":3000000,"output":15000000,"cacheRead":300000,"cacheWrite":3750000}},
 "prompts":{"system":"one\n","append":["more"],"contextFiles":["AGENTS.md","NOTES.md"],"contextMaxBytes":65536,"language":"en","initial":"go on"},
 "tools":{"default":"deny","allow":["bash","mcp__*"],"deny":["mcp__x__rm"],"maxOutputBytes":65536,"timeoutSeconds":600},
 "mcpServers":{
  "x":{"type":"stdio","command":"x","args":["-v",{"_type":"insomnia.secret-format/v1","template":"--key={}","refs":[{"_type":"insomnia.secret-ref/v1","name":"x.key"}]}],
   "cwd":"sub","env":{"KEY":{"_type":"insomnia.secret-ref/v1","name":"x.key"},"READ_ONLY":{"value":"1"}},
   "headers":{},"enabledTools":["get","rm"],"disabledTools":["rm"],"startupTimeoutSeconds":30,"toolTimeoutSeconds":120,"required":true},
  "y":{"type":"http","url":"https://mcp.example.org/","args":[],"env":{},"headers":{"Authorization":{"_type":"insomnia.secret-ref/v1","name":"y.key"},
   "X-Read-Only":{"value":"1"},"X-Key":{"_type":"insomnia.secret-format/v1","template":"Bearer {}","refs":[{"_type":"insomnia.secret-ref/v1","name":"y.key"}]}},"enabledTools":[],"disabledTools":[],"startupTimeoutSeconds":30,"toolTimeoutSeconds":120,"required":false}},
 "permissions":{"mode":"acceptEdits","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
  {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},{"tool":"bash","pattern":"sudo *","action":"deny","reason":"Never"}]},
 "sandbox":{"filesystem":"workspace-write","writableRoots":["docs","src"],"denyRead":["**/.env","~/.ssh/*"],"network":"allowlist",
  "allowedDomains":["*.example.com","example.org"],"inheritEnv":["LANG","PATH"],
  "readableRoots":["/srv/data","~/docs"],"maskedFiles":[".env","app/.env"],"env":{"CI":"true"},"hostPorts":[5432,6379],"publishedPorts":[3000,8080],"nix":false,
  "services":{"code":{"host":"code.example.org","methods":["GET","POST"],"paths":["/a/**","/b"],"for":"git",
   "auth":{"header":"Authorization","value":{"_type":"insomnia.secret-format/v1","template":"Basic {}","refs":[{"_type":"insomnia.secret-ref/v1","name":"code.key"}]}}}},
  "hostCommands":{"sign":{"command":["gpg","--sign"],"reason":"Releases are signed."}}},
 "memory":{"enabled":true,"scope":"project","injectSummary":false,"retentionDays":30,"extractThresholdTokens":1000,"model":"p/m"},
 "web":{"search":{"mode":"cached","provider":"brave","auth":{"_type":"insomnia.secret-ref/v1","name":"brave.key"},"maxResults":10,"allowedDomains":["a.org","b.org"]},
  "fetch":{"enabled":true,"timeoutSeconds":30,"redirectLimit":5,"maxResponseBytes":2097152,"allowPrivateAddresses":true}},
 "skills":{"s":{"description":"d","files":{"SKILL.md":"text\n","more.md":"more\n","run.sh":{"text":"run\n","executable":true},"logo.png":{"base64":"iVBORw0KGgo="}},"allowedTools":["grep","read"]}},
 "workflows":{"w":{"description":"d","prompt":"p","inputs":[{"name":"i","type":"choice","choices":["a","b"],"required":false,"default":"a"}]}},
 "subagents":{"critic":{"description":"d",
  "model":{"ref":"p/m","provider":"p","id":"m","baseUrl":"https://api.example.org/v1","wireApi":"anthropic",
   "auth":{"_type":"insomnia.secret-ref/v1","name":"p.key"},
  "headers":{"X-Gateway":{"_type":"insomnia.secret-ref/v1","name":"gateway.key"},"X-Read-Only":{"value":"1"}},"contextWindowTokens":200000,"maxOutputTokens":8000,"effort":"medium",
   "thinkingBudgetTokens":1000,"temperature":0.5,"topP":0.9,"fallbacks":["p/n"],"small":"p/s",
  "prices":{"input":3000000,"output":15000000,"cacheRead":300000,"cacheWrite":3750000}},
  "prompts":{"system":"s","append":["t"]},"tools":{"default":"deny","allow":["bash","mcp__x__get"],"deny":["mcp__x__rm"]},
  "permissions":{"mode":"ask","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
   {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},{"tool":"bash","pattern":"sudo *","action":"deny","reason":"Never"}]},
  "mcpServers":["x"],"skills":["s"],"sandbox":{"filesystem":"workspace-write","writableRoots":["docs","src/a"],"denyRead":["docs/x"],"network":"allowlist","allowedDomains":["a.example.com","example.org"]},
  "limits":{"maxTurns":50,"maxWallSeconds":3600,"maxTokens":100000,"maxCostCents":100}},
  "aide":{"description":"d","effort":"low","prompts":{"system":"s","append":[]},"tools":{"default":"deny","allow":["bash","mcp__x__get"],"deny":["mcp__x__rm"]},
   "permissions":{"mode":"ask","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
   {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"}]}}},
 "delegation":{"ceiling":{"tools":{"default":"deny","allow":["bash","edit","mcp__x__*"],"deny":["mcp__x__rm"]},
  "permissions":{"mode":"acceptEdits","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
   {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},{"tool":"bash","pattern":"sudo *","action":"deny","reason":"Never"}]}},
  "profiles":["builtin:coder","user:helper"]},
 "hooks":[{"event":"PreToolUse","matcher":"bash","command":["guard"],"timeoutSeconds":60},{"event":"SessionEnd","matcher":"*","command":["note","end"],"timeoutSeconds":60,"async":true}],
 "context":{"compaction":{"strategy":"summarize","thresholdTokens":100000,"requestThresholdTokens":120000,"retainedTokens":20000,"reservedTokens":8000,
  "summaryMaxTokens":4000,"model":"p/m"},"pruning":{"enabled":true,"protectedTokens":30000,"minSavingsTokens":5000}},
 "limits":{"maxTurns":200,"maxWallSeconds":14400,"maxCostCents":500,"maxTokens":5000000,"maxSubagents":4,"maxDepth":1},
 "session":{"retentionDays":30,"recordTrace":false},
 "runtimes":{"claude-code":{"commitAttribution":"by an agent","pullRequestAttribution":"","bundledSkills":false,"maxRetries":3},
  "codex":{"verbosity":"low","reasoningSummary":"none","goals":false,"maxRetries":3},"opencode":{"snapshots":true}},"plain":["/hooks/0/command/0"]}`)

func complete(text string) string {
	data, problems := manifest.FillDefaults([]byte(text))
	if len(problems) > 0 {
		panic(problems)
	}
	return string(data)
}

// Parsed decodes a manifest.
func Parsed(t testing.TB, data []byte) *manifest.Manifest {
	t.Helper()
	m := new(manifest.Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Nothing is the value that removes a member.
var Nothing = struct{}{}

// Null is the value that sets a member to null.
var Null = json.RawMessage("null")

// Document is the rich manifest as JSON values.
func Document(t testing.TB) map[string]any {
	var doc map[string]any
	if err := json.Unmarshal([]byte(Rich), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// Locate returns what holds the value at a pointer, and how to set it there.
func Locate(doc any, pointer string) (have any, set func(any)) {
	parts := strings.Split(pointer[1:], "/")
	for i, part := range parts {
		name := part
		switch at := doc.(type) {
		case map[string]any:
			doc = at[name]
			if i == len(parts)-1 {
				return doc, func(v any) {
					if v == Nothing {
						delete(at, name)
					} else {
						at[name] = v
					}
				}
			}
		case []any:
			doc = at[int(part[0]-'0')]
		}
	}
	return doc, nil
}

// With is the rich manifest with another value at a pointer.
func With(t testing.TB, pointer string, value any) []byte {
	doc := Document(t)
	if value != nil {
		_, set := Locate(doc, pointer)
		set(value)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
