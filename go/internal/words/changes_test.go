package words

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// rich has something in every section.
const rich = `{
 "schema":"insomnia.pod/v1",
 "profile":{"name":"a","description":"d","role":"coder","variant":"standard","tags":["x"]},
 "model":{"ref":"p/m","provider":"p","id":"m","wireApi":"anthropic","auth":{"_type":"insomnia.secret-ref/v1","name":"p.key"},
  "contextWindowTokens":200000,"maxOutputTokens":8000,"effort":"medium","fallbacks":["p/n"]},
 "prompts":{"system":"one\ntwo\nthree\n","append":["more"],"contextFiles":["AGENTS.md"],"contextMaxBytes":65536},
 "tools":{"default":"deny","allow":["bash","mcp__*"],"deny":["mcp__x__rm"],"maxOutputBytes":65536,"timeoutSeconds":600},
 "mcpServers":{"x":{"type":"stdio","command":"x","args":["-v"],"env":{"KEY":{"_type":"insomnia.secret-ref/v1","name":"x.key"},"LOG":{"value":"canary"}},
  "headers":{},"enabledTools":[],"disabledTools":["rm"],"startupTimeoutSeconds":30,"toolTimeoutSeconds":120,"required":false}},
 "permissions":{"mode":"ask","default":"ask","rules":[{"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},
  {"tool":"bash","pattern":"ls*","action":"allow"},{"tool":"bash","pattern":"sudo *","action":"deny"}]},
 "sandbox":{"filesystem":"workspace-write","writableRoots":[],"denyRead":["**/.env"],"network":"allowlist","allowedDomains":["example.org"],"inheritEnv":["PATH"],
  "services":{"code":{"host":"code.example.org","methods":["GET"],"paths":["/a"],"for":"git","auth":{"header":"Authorization","value":{"_type":"insomnia.secret-format/v1","template":"Basic {}","refs":[{"_type":"insomnia.secret-ref/v1","name":"code.key"}]}}}}},
 "memory":{"enabled":true,"scope":"project","injectSummary":false,"retentionDays":30},
 "web":{"search":{"mode":"live","provider":"brave","auth":{"_type":"insomnia.secret-ref/v1","name":"brave.key"},"maxResults":10,"allowedDomains":[]},
  "fetch":{"enabled":true,"timeoutSeconds":30,"redirectLimit":5,"maxResponseBytes":2097152,"allowPrivateAddresses":false}},
 "skills":{"s":{"description":"d","files":{"SKILL.md":"text\n"},"allowedTools":["read"]}},
 "workflows":{"w":{"description":"d","prompt":"p","inputs":[{"name":"i","type":"string","required":true}]}},
 "subagents":{"critic":{"description":"d","prompts":{"system":"s","append":[]},"tools":{"default":"deny","allow":["read"],"deny":[]},
  "permissions":{"mode":"ask","default":"ask","rules":[]}}},
 "hooks":[{"event":"PreToolUse","matcher":"bash","command":["guard"],"timeoutSeconds":60}],
 "context":{"compaction":{"strategy":"summarize","thresholdTokens":100000,"requestThresholdTokens":120000,"retainedTokens":20000,"reservedTokens":8000,"summaryMaxTokens":4000},
  "pruning":{"enabled":true,"protectedTokens":30000,"minSavingsTokens":5000}},
 "limits":{"maxTurns":200,"maxWallSeconds":14400,"maxCostCents":500,"maxSubagents":4,"maxDepth":1},
 "session":{"retentionDays":30,"recordTrace":false},"plain":["/hooks/0/command/0"]}`

// edited sets the value at a pointer of rich; null removes it.
func edited(t *testing.T, pointer, value string) []byte {
	t.Helper()
	m, err := difference.Decode([]byte(rich))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(pointer[1:], "/")
	at := m
	for _, p := range parts[:len(parts)-1] {
		at = at[unescape(p)].(map[string]any)
	}
	last := unescape(parts[len(parts)-1])
	if value == "null" {
		delete(at, last)
	} else {
		d := json.NewDecoder(strings.NewReader(value))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		at[last] = v
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func unescape(s string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(s) }

func rulesWith(rules ...string) string { return "[" + strings.Join(rules, ",") + "]" }

const (
	rulePush = `{"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"}`
	ruleLs   = `{"tool":"bash","pattern":"ls*","action":"allow"}`
	ruleSudo = `{"tool":"bash","pattern":"sudo *","action":"deny"}`
)

func TestBetween(t *testing.T) {
	for _, test := range []struct{ pointer, value, want string }{
		{"/permissions/rules", rulesWith(`{"tool":"bash","pattern":"git push*","action":"allow"}`, ruleLs, ruleSudo),
			"! may now run `git push*` without asking (was asked about)"},
		{"/permissions/rules", rulesWith(`{"tool":"bash","pattern":"git push*","action":"deny"}`, ruleLs, ruleSudo),
			"- may no longer run `git push*` (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs), "! may now run `sudo *` after asking (was refused)"},
		{"/permissions/rules", rulesWith(rulePush, ruleSudo), "- must now ask to run `ls*` (was allowed)"},
		// A command that is allowed may run another one.
		{"/permissions/rules", rulesWith(ruleLs, ruleSudo), "! drops its rule to ask: run `git push*`"},
		{"/permissions/rules", rulesWith(ruleSudo), "- must now ask to run `ls*` (was allowed)\n- drops 1 rule that its other rules or the default make up for"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"edit","pattern":"*","action":"allow"}`),
			"! may now edit any file without asking (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"edit","pattern":"src/**","action":"allow"}`, `{"tool":"edit","pattern":"src/a/b","action":"allow"}`),
			"! may now edit `src/**` without asking (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"edit","pattern":"src/*","action":"allow"}`, `{"tool":"edit","pattern":"src/a/b","action":"allow"}`),
			"! may now edit these without asking (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"mcp__x__*","pattern":"*","action":"allow"}`, `{"tool":"mcp__x__get","pattern":"*","action":"allow"}`),
			"! may now use `mcp__x__*` without asking (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"webfetch","pattern":"*.example.org","action":"deny"}`, `{"tool":"webfetch","pattern":"a.example.org/x","action":"deny"}`),
			"- may no longer fetch `*.example.org` (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"*","pattern":"*","action":"deny"}`),
			"- may no longer use any tool (was asked about)"},
		{"/permissions/rules", rulesWith(rulePush, ruleLs, ruleSudo, `{"tool":"x","pattern":"*","action":"deny"}`),
			"- may no longer use `x` (was asked about)"},
		{"/permissions/mode", `"bypass"`, "! acts without any check (`bypass`, was `ask`)"},
		{"/permissions/default", `"deny"`, "- may do nothing that no rule decides (`deny`, was `ask`)"},
		{"/tools/allow", `["bash","edit","mcp__*"]`, "! may now use `edit`"},
		{"/tools/allow", `["mcp__*"]`, "- may no longer use `bash`"},
		{"/tools/deny", `[]`, "! may now use `mcp__x__rm`"},
		{"/tools/deny", `["bash","mcp__x__rm"]`, "- may no longer use `bash`"},
		{"/sandbox/filesystem", `"read-only"`, "- may write no file (`read-only`, was `workspace-write`)"},
		{"/sandbox/writableRoots", `["src"]`, "- may now write only below `src`"},
		{"/sandbox/writableRoots", `["~/.cache"]`, "! may now write outside the workspace, below `~/.cache`"},
		{"/sandbox/readableRoots", `["~/docs"]`, "- may now read outside the workspace only below `~/docs`"},
		{"/sandbox/maskedFiles", `[".env"]`, "- now sees placeholders for the values in `.env`"},
		{"/sandbox/env", `{"CI":"1"}`, "! commands now have the environment variables `CI=1`"},
		{"/sandbox/hostPorts", `[5432]`, "! may now reach the ports of this machine `5432`"},
		{"/sandbox/publishedPorts", `[3000]`, "! now offers to this machine the ports `3000`"},
		{"/sandbox/nix", `true`, "! builds with the Nix daemon, whose builds reach every host"},
		{"/sandbox/denyRead", `[]`, "! may now read `**/.env`"},
		{"/sandbox/allowedDomains", `["example.com","example.org"]`, "! may now reach `example.com`"},
		{"/mcpServers/x/command", `"y"`, "! sends the secret `x.key` for the MCP server `x`, as `KEY` to `the command y -v` (was `the command x -v`)\n! the MCP server `x` runs `y -v` (was `x -v`)"},
		{"/mcpServers/x/env/LOG", `{"value":"other"}`, "! the MCP server `x` gets another value for `LOG`"},
		{"/mcpServers/x/env/KEY", `{"_type":"insomnia.secret-ref/v1","name":"y.key"}`,
			"! now uses the secret `y.key` for the MCP server `x`, as `KEY` (was `x.key`)"},
		{"/mcpServers/x/enabledTools", `["get"]`, "- the MCP server `x` now offers only `get`"},
		{"/mcpServers/x/env/LOG", "null", "! the MCP server `x` no longer gets a literal value for `LOG`"},
		{"/mcpServers", "{}", "- no longer uses the secret `x.key` for the MCP server `x`, as `KEY`\n- no longer starts the MCP server `x`: `x -v`"},
		{"/mcpServers/x/env/LOG", `{"_type":"insomnia.secret-format/v1","template":"a {}","refs":[{"_type":"insomnia.secret-ref/v1","name":"x.key"}]}`,
			"! now uses the secret `x.key` for the MCP server `x`, as `LOG`\n! the MCP server `x` now gets `a {x.key}` for `LOG`, not a literal value"},
		{"/mcpServers/x/env/NEW", `{"_type":"insomnia.secret-format/v1","template":"{{}} {}","refs":[{"_type":"insomnia.secret-ref/v1","name":"x.key"}]}`,
			"! now uses the secret `x.key` for the MCP server `x`, as `NEW`\n! the MCP server `x` now gets `{} {x.key}` for `NEW`"},
		{"/mcpServers/x/args", `["-v",{"_type":"insomnia.secret-format/v1","template":"-k={}","refs":[{"_type":"insomnia.secret-ref/v1","name":"y.key"}]}]`,
			"! now uses the secret `y.key` for the MCP server `x`, in argument 2\n" +
				"! sends the secret `x.key` for the MCP server `x`, as `KEY` to `the command x -v '-k={y.key}'` (was `the command x -v`)\n! the MCP server `x` runs `x -v '-k={y.key}'` (was `x -v`)"},
		{"/sandbox/services", "null", "- no longer reaches `code.example.org` by the service `code`\n- no longer uses the secret `code.key` for the service `code`"},
		{"/sandbox/services/npm", `{"host":"npm.example.org","methods":["GET"],"paths":["/**"]}`, "! reaches `npm.example.org` by the service `npm`"},
		{"/sandbox/services/code/host", `"evil.example.org"`,
			"! the service `code` passes requests on to `evil.example.org` (was `code.example.org`)\n! sends the secret `code.key` for the service `code` to `evil.example.org` (was `code.example.org`)"},
		{"/sandbox/services/code/methods", `["GET","POST"]`, "! the service `code` now passes on requests by `POST`"},
		{"/sandbox/services/code/methods", `[]`, "- the service `code` no longer passes on requests by `GET`"},
		{"/sandbox/services/code/paths", `["/**"]`, "! the service `code` now passes on requests to `/**`\n- the service `code` no longer passes on requests to `/a`"},
		{"/sandbox/services/code/for", `"gh"`, "! the service `code` is used by `gh` (was `git`)"},
		{"/sandbox/services/code/auth/header", `"X-Key"`, "! the service `code` adds the header `X-Key: Basic {code.key}` (was `Authorization: Basic {code.key}`)"},
		{"/sandbox/services/code/auth", "null",
			"! the service `code` no longer adds the header `Authorization: Basic {code.key}`\n- no longer uses the secret `code.key` for the service `code`"},
		{"/sandbox/hostCommands", `{"sign":{"command":["gpg","--sign"]}}`, "! may ask to run outside the sandbox, as `sign`: `gpg --sign`"},
		{"/memory/scope", `"user"`, "! remembers for all projects of the user (`user`, was `project`)"},
		{"/memory/scope", `"local"`, "- remembers for this user in this project (`local`, was `project`)"},
		{"/memory/enabled", "false", "- remembers nothing between sessions"},
		{"/web/search/auth", "null", "- no longer uses the secret `brave.key` to search the web"},
		{"/hooks", `[]`, "! no longer runs `guard` at PreToolUse of `bash`"},
		{"/subagents/critic/permissions/mode", `"auto"`, "! the subagent `critic` acts without asking where no rule says otherwise (`auto`, was `ask`)"},
		{"/subagents/critic/tools/allow", `["bash","read"]`, "! the subagent `critic` may now use `bash`"},
		{"/model/baseUrl", `"https://example.org"`, "! sends the secret `p.key` to call the model to `example.org` (was `an unknown host`)\n! calls the model at `https://example.org` (was the provider's own address)"},
		{"/model/ref", `"p/other"`, "- uses the model `p/other` (was `p/m`)"},
		{"/model/ref", `"q/m"`, "! uses the model `q/m` (was `p/m`), of another provider"},
		{"/model/fallbacks", `["p/n","q/n"]`, "! falls back to `p/n`, `q/n` (was `p/n`), of another provider"},
		{"/model/small", `"p/small"`, "- uses `p/small` for small tasks"},
		{"/mcpServers/x/required", "true", "- the MCP server `x` must run for the Pod to start"},
		{"/limits/maxCostCents", "null", "! has no limit of cost (was $5.00)"},
		{"/limits/maxTurns", "300", "! stops after 300 turns (was 200)"},
		{"/context/compaction/thresholdTokens", "120000", "- summarizes the conversation at 120,000 tokens (was 100,000)"},
		{"/model/temperature", "0.5", "- sets `model.temperature` to 0.5"},
	} {
		entries, err := Between([]byte(rich), edited(t, test.pointer, test.value))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			mark := "- "
			if e.Effect == Wider {
				mark = "! "
			}
			got = append(got, mark+e.Text)
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s %s:\n%s\nnot\n%s", test.pointer, test.value, strings.Join(got, "\n"), test.want)
		}
	}
}

// A required server guards the start: without it the Pod starts all the same.
func TestRequiredServerIsMissed(t *testing.T) {
	required := edited(t, "/mcpServers/x/required", "true")
	entries, err := Between(required, edited(t, "/mcpServers", "{}"))
	if err != nil || Widened(entries) != 1 {
		t.Error(Text(entries), err)
	}
}

// A literal in the slot for a secret is in no text.
func TestLiteralsAreNotShown(t *testing.T) {
	for _, other := range []string{"null", `{"value":"canary2"}`, `{"_type":"insomnia.secret-ref/v1","name":"x.log"}`} {
		changed := edited(t, "/mcpServers/x/env/LOG", other)
		for _, pair := range [][2][]byte{{[]byte(rich), changed}, {changed, []byte(rich)}} {
			entries, err := Between(pair[0], pair[1])
			if err != nil || len(entries) == 0 {
				t.Fatal(entries, err)
			}
			if text := Text(entries); strings.Contains(text, "canary") {
				t.Error(text)
			}
		}
	}
}

// changedBy draws a manifest that differs from rich in a few places.
func changedBy(t *rapid.T, label string) []byte {
	m, err := difference.Decode([]byte(rich))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rapid.IntRange(0, 6).Draw(t, label) {
		mutate(t, fmt.Sprint(label, i), m)
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// mutate goes down to some member and changes, removes or doubles it.
func mutate(t *rapid.T, label string, at map[string]any) {
	names := difference.Keys(at, nil)
	if len(names) == 0 {
		at["new"] = "x"
		return
	}
	name := rapid.SampledFrom(names).Draw(t, label+" name")
	if below, ok := at[name].(map[string]any); ok && !difference.IsSecret(below) && rapid.IntRange(0, 9).Draw(t, label+" down") > 0 {
		mutate(t, label+"/"+name, below)
		return
	}
	switch rapid.IntRange(0, 5).Draw(t, label+" how") {
	case 0:
		delete(at, name)
	case 1:
		at[name+"2"] = at[name]
	default:
		at[name] = altered(t, label, at[name])
	}
}

func altered(t *rapid.T, label string, v any) any {
	switch v := v.(type) {
	case string:
		words := []string{"deny", "ask", "allow", "plan", "bypass", "full", "none", "one\nthree\n", "a~b/c", ""}
		return rapid.SampledFrom(words).Draw(t, label+" word")
	case bool:
		return !v
	case json.Number:
		return json.Number(strconv.Itoa(rapid.IntRange(0, 300000).Draw(t, label+" number")))
	case []any:
		n := rapid.IntRange(0, len(v)).Draw(t, label+" cut")
		out := append([]any{}, v[:n]...)
		if rapid.Bool().Draw(t, label+" more") {
			out = append(out, "added")
			out = append(out, v[n:]...)
		}
		return out
	case map[string]any:
		if difference.IsSecret(v) {
			return map[string]any{"_type": manifest.SecretRefType, "name": rapid.SampledFrom([]string{"p.key", "q.key"}).Draw(t, label+" secret")}
		}
	}
	return "other"
}

// The three promises of the package, over manifests that differ anywhere.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := changedBy(t, "a"), changedBy(t, "b")
		left, _ := difference.Decode(a)
		right, _ := difference.Decode(b)
		entries, err := Between(a, b)
		if err != nil {
			t.Fatal(err)
		}
		patch, err := difference.Patch(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(left, right) != (len(entries) == 0) || (len(patch) == 0) != (len(entries) == 0) {
			t.Fatalf("%d entries, %d steps", len(entries), len(patch))
		}
		for _, pointer := range changedLeaves("", left, right) {
			if !coveredBy(entries, pointer) {
				t.Fatalf("%s differs, and no entry covers it:\n%s", pointer, Text(entries))
			}
		}
		if got := apply(t, left, patch); !reflect.DeepEqual(got, right) {
			t.Fatal(cmp.Diff(got, right))
		}
		for _, e := range entries {
			if e.Text == "" || strings.Contains(e.Text, "%!") || len(e.Pointers) == 0 {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func changedLeaves(pointer string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	left, ok1 := a.(map[string]any)
	right, ok2 := b.(map[string]any)
	if !ok1 || !ok2 || difference.IsSecret(left) || difference.IsSecret(right) {
		return []string{pointer}
	}
	var out []string
	for _, key := range difference.Keys(left, right) {
		out = append(out, changedLeaves(pointer+"/"+difference.Escape(key), left[key], right[key])...)
	}
	return out
}

func coveredBy(entries []Entry, pointer string) bool {
	for _, e := range entries {
		for _, p := range e.Pointers {
			if p == pointer || strings.HasPrefix(pointer, p+"/") {
				return true
			}
		}
	}
	return false
}

// apply is RFC 6902, as far as Patch goes.
func apply(t *rapid.T, doc any, patch []difference.Operation) any {
	for _, o := range patch {
		var value any
		if o.Op != "remove" {
			d := json.NewDecoder(strings.NewReader(string(o.Value)))
			d.UseNumber()
			if err := d.Decode(&value); err != nil {
				t.Fatal(err)
			}
		}
		doc = applied(t, doc, strings.Split(o.Path, "/")[1:], o.Op, value)
	}
	return doc
}

func applied(t *rapid.T, at any, path []string, op string, value any) any {
	name := unescape(path[0])
	switch at := at.(type) {
	case map[string]any:
		_, there := at[name]
		if len(path) > 1 {
			at[name] = applied(t, at[name], path[1:], op, value)
			return at
		}
		if there == (op == "add") {
			t.Fatalf("%s of %s", op, name)
		}
		if op == "remove" {
			delete(at, name)
		} else {
			at[name] = value
		}
		return at
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i > len(at) {
			t.Fatalf("index %s", name)
		}
		switch {
		case len(path) > 1:
			at[i] = applied(t, at[i], path[1:], op, value)
		case op == "add":
			return append(at[:i:i], append([]any{value}, at[i:]...)...)
		case op == "remove":
			return append(at[:i:i], at[i+1:]...)
		default:
			at[i] = value
		}
		return at
	}
	t.Fatalf("nothing at %v", path)
	return nil
}

// No call is decided more freely without an entry for it.
func TestWideningIsFound(t *testing.T) {
	tools := []string{"*", "bash", "b*", "edit"}
	patterns := []string{"*", "a*", "ab*", "ab", "b", "*b", "a?"}
	draw := func(t *rapid.T, label string) string {
		var rules []string
		for i := range rapid.IntRange(0, 4).Draw(t, label) {
			l := fmt.Sprint(label, i)
			rules = append(rules, fmt.Sprintf(`{"tool":%q,"pattern":%q,"action":%q}`, rapid.SampledFrom(tools).Draw(t, l+"tool"),
				rapid.SampledFrom(patterns).Draw(t, l+"pattern"), rapid.SampledFrom(reach.Actions).Draw(t, l+"action")))
		}
		return fmt.Sprintf(`{"permissions":{"mode":"ask","default":%q,"rules":[%s]}}`,
			rapid.SampledFrom(reach.Actions).Draw(t, label+"default"), strings.Join(rules, ","))
	}
	rapid.Check(t, func(t *rapid.T) {
		first, second := draw(t, "a"), draw(t, "b")
		entries, err := Between([]byte(first), []byte(second))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := difference.Decode([]byte(first))
		b, _ := difference.Decode([]byte(second))
		setA, setB := ruleSetOf(a["permissions"]), ruleSetOf(b["permissions"])
		for _, tool := range []string{"bash", "bat", "edit", "zed"} {
			for _, call := range []string{"", "a", "ab", "abc", "b", "bb", "c"} {
				if setB.decide(tool, call) > setA.decide(tool, call) && Widened(entries) == 0 {
					t.Fatalf("%s %q is freer:\n%s\n%s\n%s", tool, call, first, second, Text(entries))
				}
			}
		}
	})
}

// decide returns the decision of the rules about one call.
func (s ruleSet) decide(tool, call string) action {
	out, matched := allow, false
	for key, act := range s.rules {
		name, pattern, _ := strings.Cut(string(key), " ")
		if reach.Covers(reach.Tool, name, tool) && globMatches(pattern, call) {
			matched, out = true, min(out, act)
		}
	}
	if !matched {
		return s.fallback
	}
	return out
}

func globMatches(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return globMatches(pattern[1:], s) || s != "" && globMatches(pattern, s[1:])
	case s == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == s[0]) && globMatches(pattern[1:], s[1:])
}
