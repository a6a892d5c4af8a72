package trust

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// rich has something in every field that can be a grant.
const rich = `{
 "schema":"insomnia.pod/v1",
 "profile":{"name":"a","description":"d","role":"coder","variant":"standard","tags":["x"]},
 "model":{"ref":"p/m","provider":"p","id":"m","baseUrl":"https://api.example.org/v1","wireApi":"anthropic",
  "auth":{"_type":"insomnia.secret-ref/v1","name":"p.key"},"contextWindowTokens":200000,"maxOutputTokens":8000,"effort":"medium",
  "thinkingBudgetTokens":1000,"temperature":0.5,"topP":0.9,"fallbacks":["p/n"],"small":"p/s"},
 "prompts":{"system":"one\n","append":["more"],"contextFiles":["AGENTS.md","NOTES.md"],"contextMaxBytes":65536,"language":"en","initial":"go on"},
 "tools":{"default":"deny","allow":["bash","mcp__*"],"deny":["mcp__x__rm"],"maxOutputBytes":65536,"timeoutSeconds":600},
 "mcpServers":{
  "x":{"type":"stdio","command":"x","args":["-v"],"cwd":"sub","env":{"KEY":{"_type":"insomnia.secret-ref/v1","name":"x.key"},"READ_ONLY":{"value":"1"}},
   "headers":{},"enabledTools":["get","rm"],"disabledTools":["rm"],"startupTimeoutSeconds":30,"toolTimeoutSeconds":120,"required":true},
  "y":{"type":"http","url":"https://mcp.example.org/","args":[],"env":{},"headers":{"Authorization":{"_type":"insomnia.secret-ref/v1","name":"y.key"},
   "X-Read-Only":{"value":"1"}},"enabledTools":[],"disabledTools":[],"startupTimeoutSeconds":30,"toolTimeoutSeconds":120,"required":false}},
 "permissions":{"mode":"acceptEdits","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
  {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},{"tool":"bash","pattern":"sudo *","action":"deny","reason":"Never"}]},
 "sandbox":{"filesystem":"workspace-write","writableRoots":["docs","src"],"denyRead":["**/.env","~/.ssh/*"],"network":"allowlist",
  "allowedDomains":["*.example.com","example.org"],"inheritEnv":["LANG","PATH"]},
 "memory":{"enabled":true,"scope":"project","injectSummary":false,"retentionDays":30,"extractThresholdTokens":1000,"model":"p/m"},
 "web":{"search":{"mode":"cached","provider":"brave","auth":{"_type":"insomnia.secret-ref/v1","name":"brave.key"},"maxResults":10,"allowedDomains":["a.org","b.org"]},
  "fetch":{"enabled":true,"timeoutSeconds":30,"redirectLimit":5,"maxResponseBytes":2097152,"allowPrivateAddresses":true}},
 "skills":{"s":{"description":"d","files":{"SKILL.md":"text\n","more.md":"more\n"},"allowedTools":["grep","read"]}},
 "workflows":{"w":{"description":"d","prompt":"p","inputs":[{"name":"i","type":"choice","choices":["a","b"],"required":true,"default":"a"}]}},
 "subagents":{"critic":{"description":"d",
  "model":{"ref":"p/m","provider":"p","id":"m","baseUrl":"https://api.example.org/v1","wireApi":"anthropic",
   "auth":{"_type":"insomnia.secret-ref/v1","name":"p.key"},"contextWindowTokens":200000,"maxOutputTokens":8000,"effort":"medium",
   "thinkingBudgetTokens":1000,"temperature":0.5,"topP":0.9,"fallbacks":["p/n"],"small":"p/s"},
  "prompts":{"system":"s","append":["t"]},"tools":{"default":"deny","allow":["bash","mcp__x__get"],"deny":["mcp__x__rm"]},
  "permissions":{"mode":"ask","default":"ask","rules":[{"tool":"bash","pattern":"git *","action":"allow","reason":"Often"},
   {"tool":"bash","pattern":"git push*","action":"ask","reason":"It leaves"},{"tool":"bash","pattern":"sudo *","action":"deny","reason":"Never"}]}}},
 "hooks":[{"event":"PreToolUse","matcher":"bash","command":["guard"],"timeoutSeconds":60},{"event":"SessionEnd","matcher":"*","command":["note","end"],"timeoutSeconds":60}],
 "context":{"compaction":{"strategy":"summarize","thresholdTokens":100000,"requestThresholdTokens":120000,"retainedTokens":20000,"reservedTokens":8000,
  "summaryMaxTokens":4000,"model":"p/m"},"pruning":{"enabled":true,"protectedTokens":30000,"minSavingsTokens":5000}},
 "limits":{"maxTurns":200,"maxWallSeconds":14400,"maxCostCents":500,"maxSubagents":4,"maxDepth":1},
 "session":{"retentionDays":30,"recordTrace":false}}`

func parsed(t testing.TB, data []byte) *manifest.Manifest {
	t.Helper()
	m := new(manifest.Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRichIsValid(t *testing.T) {
	for _, p := range manifest.Validate([]byte(rich)) {
		t.Errorf("%s: %s", p.Path, p.Message)
	}
}

// leafTypes are the leaves of the Go types, by path as in [Field].
func leafTypes() map[string]reflect.Type {
	out := map[string]reflect.Type{}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch {
		case typ.Kind() == reflect.Pointer:
			walk(path, typ.Elem())
		case typ == reflect.TypeFor[manifest.SecretRef](), typ == reflect.TypeFor[manifest.EnvValue]():
			out[path] = typ
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				walk(strings.TrimPrefix(path+"."+name, "."), typ.Field(i).Type)
			}
		case typ.Kind() == reflect.Map:
			walk(path+".*", typ.Elem())
		case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
			walk(path+"[]", typ.Elem())
		default:
			out[path] = typ
		}
	}
	walk("", reflect.TypeFor[manifest.Manifest]())
	return out
}

// A field that is new in the manifest stands in no list: this test then says so,
// before anybody can be granted something unasked.
func TestEveryFieldIsAGrantOrHarmless(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Fields() {
		if known[f.Path] {
			t.Errorf("%s stands twice", f.Path)
		}
		known[f.Path] = true
		switch {
		case (f.Kind == "") == (f.Reason == ""):
			t.Errorf("%s is either a grant or harmless for a reason", f.Path)
		case (f.Kind == "") != (f.Wider == ""):
			t.Errorf("%s: a grant has a direction, what is harmless has none", f.Path)
		case f.Kind != "" && kinds()[f.Kind].group == "":
			t.Errorf("%s: there is no kind %s", f.Path, f.Kind)
		}
	}
	types := leafTypes()
	for path := range types {
		if !known[path] {
			t.Errorf("the field %s of the manifest is neither a grant nor listed as harmless: add it to the fields in fields.go, and to Of", path)
		}
	}
	for path := range known {
		if types[path] == nil {
			t.Errorf("the manifest has no field %s", path)
		}
	}
}

// edit is a change of one leaf and what it must lead to.
type edit struct {
	name  string
	base  any // what the leaf is before; nil: as in rich
	value any // what it becomes; nothing removes it
	asks  bool
}

var nothing = struct{}{}

func ref(name string) any {
	return map[string]any{"_type": manifest.SecretRefType, "name": name}
}

func fill[T any](words []T) []any {
	var out []any
	for _, w := range words {
		out = append(out, w)
	}
	return out
}

// editsOf makes, from the type of a leaf and from what its field says, changes in
// each direction.
func editsOf(t *testing.T, f Field, typ reflect.Type, at string, have any) []edit {
	asks := f.Kind != ""
	switch {
	case typ == reflect.TypeFor[manifest.SecretRef]():
		return []edit{{name: "another secret", value: ref("other.key"), asks: true}, {name: "no secret", value: nil, asks: false},
			{name: "a secret where there was none", base: nothing, value: have, asks: true}}
	case typ == reflect.TypeFor[manifest.EnvValue]():
		if have.(map[string]any)["value"] == nil {
			return []edit{{name: "another secret", value: ref("other.key"), asks: true}, {name: "no secret", value: nothing, asks: false},
				{name: "a literal", value: map[string]any{"value": "1"}, asks: true}, {name: "a secret more", base: nothing, value: have, asks: true}}
		}
		return []edit{{name: "another value", value: map[string]any{"value": "0"}, asks: true}, {name: "no value", value: nothing, asks: true},
			{name: "a secret", value: ref("other.key"), asks: true}, {name: "a value more", base: nothing, value: have, asks: true}}
	case f.Wider == Other && typ.Kind() == reflect.Slice:
		return []edit{{name: "another provider", value: []any{"q/n"}, asks: true}, {name: "another model", value: []any{"p/o"}}, {name: "none", value: []any{}}}
	case f.Wider == Other && strings.HasSuffix(f.Path, "provider"):
		return []edit{{name: "another provider", value: "q", asks: true}}
	case f.Wider == Other:
		return []edit{{name: "another provider", value: "q/m", asks: true}, {name: "another model", value: "p/o"}}
	case f.Wider == Act:
		var out []edit
		for i, from := range reach.Actions {
			for j, to := range reach.Actions {
				out = append(out, edit{name: from + " becomes " + to, base: from, value: to, asks: j > i})
			}
		}
		return out
	case f.Wider == Later:
		order := map[string][]string{"mode": reach.Modes, "filesystem": reach.Filesystems, "network": reach.Networks, "scope": reach.Memories}[last(f.Path)]
		switch f.Path {
		case "web.search.mode":
			order = reach.Searches
		case "permissions.default", "subagents.*.permissions.default":
			order = reach.Actions
		case "tools.default", "subagents.*.tools.default":
			order = []string{"deny", "allow"}
		}
		if order == nil {
			t.Fatalf("no order for %s", f.Path)
		}
		var out []edit
		for i, from := range order {
			for j, to := range order {
				out = append(out, edit{name: from + " becomes " + to, base: from, value: to, asks: j > i})
			}
		}
		return out
	case f.Wider == Higher:
		n := have.(float64)
		out := []edit{{name: "higher", value: n + 1, asks: true}, {name: "lower", value: n - 1}}
		if last(f.Path) == "maxCostCents" {
			out = append(out, edit{name: "none", value: nothing, asks: true}, edit{name: "one", base: nothing, value: have})
		}
		return out
	case typ.Kind() == reflect.Bool:
		turned := edit{name: "turned", value: !have.(bool), asks: asks && (f.Wider == Any || (f.Wider == On) == !have.(bool))}
		back := edit{name: "turned back", base: !have.(bool), value: have, asks: asks && (f.Wider == Any || (f.Wider == On) == have.(bool))}
		return []edit{turned, back}
	case typ.Kind() == reflect.Slice:
		list := have.([]any)
		if f.Wider == Only && len(list) == 0 {
			return []edit{{name: "only some", value: []any{"a"}}, {name: "all again", base: []any{"a"}, value: []any{}, asks: true}}
		}
		added := "added"
		if f.Wider == Fewer { // what is offered otherwise
			added = map[string]string{"deny": "bash", "disabledTools": "get", "denyRead": "*.key"}[last(f.Path)]
		}
		more := append(slices.Clone(list), added)
		out := []edit{{name: "an entry more", value: more}, {name: "an entry less", base: more, value: list}}
		switch f.Wider {
		case More, Only:
			out[0].asks = true
		case Fewer:
			out[1].asks = true
		case Any:
			out[0].asks, out[1].asks = true, true
		}
		if f.Wider == Only {
			out = append(out, edit{name: "none left", value: []any{}, asks: true}, edit{name: "only these", base: []any{}, value: list})
		}
		if len(list) > 1 && f.Wider != Any {
			swapped := slices.Clone(list)
			slices.Reverse(swapped)
			out = append(out, edit{name: "another order", value: swapped})
		}
		return out
	}
	// A text or a number: every other value.
	other := map[bool]any{true: "other"}[typ.Kind() == reflect.String]
	if typ.Kind() != reflect.String {
		other = have.(float64) + 0.25
		if typ.Kind() == reflect.Int64 {
			other = have.(float64) + 1
		}
	}
	back := edit{name: "the other way", base: other, value: have, asks: asks}
	if f.Wider == Call && strings.Contains(at, "/rules/1/") {
		back.asks = false // to ask about more holds back more
	}
	return []edit{{name: "another value", value: other, asks: asks}, back}
}

func last(path string) string { return path[strings.LastIndexAny(path, ".*]")+1:] }

// places are the pointers of rich at which a path of [Field] has values.
func places(path string, at any, pointer string) []string {
	if path == "" {
		return []string{pointer}
	}
	key, rest, _ := strings.Cut(path, ".")
	name, elements := strings.CutSuffix(key, "[]")
	var out []string
	members, _ := at.(map[string]any)
	for _, member := range sorted(members) {
		if name != "*" && member != name {
			continue
		}
		below := pointer + "/" + member
		if !elements {
			out = append(out, places(rest, members[member], below)...)
			continue
		}
		for i, item := range members[member].([]any) {
			out = append(out, places(rest, item, fmt.Sprint(below, "/", i))...)
		}
	}
	return out
}

func sorted(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func document(t testing.TB) map[string]any {
	var doc map[string]any
	if err := json.Unmarshal([]byte(rich), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// reach gives what holds the value at a pointer, and how to set it there.
func locate(doc any, pointer string) (have any, set func(any)) {
	parts := strings.Split(pointer[1:], "/")
	for i, part := range parts {
		name := part
		switch at := doc.(type) {
		case map[string]any:
			doc = at[name]
			if i == len(parts)-1 {
				return doc, func(v any) {
					if v == nothing {
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

func with(t testing.TB, pointer string, value any) []byte {
	doc := document(t)
	if value != nil {
		_, set := locate(doc, pointer)
		set(value)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each field of the manifest, changed in each direction after consent: it asks
// just when its direction says so, and what is harmless leaves the set as it is.
func TestEachFieldAsksInItsDirection(t *testing.T) {
	types := leafTypes()
	for _, f := range Fields() {
		if f.Path == "schema" {
			continue
		}
		t.Run(f.Path, func(t *testing.T) {
			found := places(f.Path, document(t), "")
			if len(found) == 0 {
				t.Fatal("the rich manifest has no such field")
			}
			asked := false
			for _, pointer := range found {
				have, _ := locate(document(t), pointer)
				for _, e := range editsOf(t, f, types[f.Path], pointer, have) {
					data := with(t, pointer, e.value)
					if e.value == nil { // null, for a secret that is no more
						doc := document(t)
						_, set := locate(doc, pointer)
						set(nil)
						data, _ = json.Marshal(doc)
					}
					before := with(t, pointer, e.base)
					consented, now := Of(parsed(t, before)), Of(parsed(t, data))
					changes := Compare(consented, now)
					if (len(changes) > 0) != e.asks {
						t.Errorf("%s, %s: asks is %v, and the changes are %+v", pointer, e.name, e.asks, changes)
					}
					if f.Kind == "" && consented.Digest() != now.Digest() {
						t.Errorf("%s, %s: it is harmless, and yet the grants differ:\n%s", pointer, e.name, cmp.Diff(consented, now))
					}
					asked = asked || e.asks
					if last(f.Path) != "provider" || f.Kind != Provider { // the reference alone is worded
						marked(t, pointer+", "+e.name, before, data, changes)
					}
				}
			}
			if asked != (f.Kind != "") {
				t.Errorf("no change of it asks, or some do; its kind is %q", f.Kind)
			}
		})
	}
}

// marked holds consent to the marks of `profile diff`: what is marked as wider
// there asks here, and what asks here and is no text is marked there.
func marked(t *testing.T, what string, before, after []byte, changes []Change) {
	t.Helper()
	entries, err := difference.Between(before, after)
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, c := range changes {
		if c.Grant.Kind == Text || c.Grant.Kind == ContextFile {
			texts++
		}
	}
	switch widened := difference.Widened(entries) > 0; {
	case widened && len(changes) == 0:
		t.Errorf("%s: profile diff marks it, and it does not ask:\n%s", what, difference.Text(entries))
	case !widened && len(changes) > texts:
		t.Errorf("%s: it asks, and profile diff does not mark it:\n%s", what, difference.Text(entries))
	}
}

// What has a name and comes is new; what goes is not asked about, but for what
// held the agent back.
func TestNamedPartsComeAndGo(t *testing.T) {
	for _, test := range []struct {
		pointer  string
		goneAsks bool
	}{
		{"/mcpServers/x", true}, // it is required
		{"/mcpServers/y", false},
		{"/skills/s", false},
		{"/workflows/w", false},
		{"/subagents/critic", false},
		{"/subagents/critic/model", false},
	} {
		without := with(t, test.pointer, nothing)
		whole, less := Of(parsed(t, []byte(rich))), Of(parsed(t, without))
		if len(Compare(less, whole)) == 0 {
			t.Errorf("%s comes, and nothing is asked", test.pointer)
		}
		changes := Compare(whole, less)
		if (len(changes) > 0) != test.goneAsks {
			t.Errorf("%s goes: %+v", test.pointer, changes)
		}
		marked(t, test.pointer+" goes", []byte(rich), without, changes)
		marked(t, test.pointer+" comes", without, []byte(rich), Compare(less, whole))
	}
}

func TestHooksComeAndGo(t *testing.T) {
	all := document(t)["hooks"].([]any)
	whole := Of(parsed(t, []byte(rich)))
	for _, test := range []struct {
		name string
		keep []any
		asks bool
	}{
		{"no guard", all[1:], true}, {"no note", all[:1], false}, {"another order", []any{all[1], all[0]}, false},
	} {
		changed := with(t, "/hooks", test.keep)
		changes := Compare(whole, Of(parsed(t, changed)))
		if (len(changes) > 0) != test.asks {
			t.Errorf("%s: %+v", test.name, changes)
		}
		marked(t, test.name, []byte(rich), changed, changes)
		if len(test.keep) < 2 && len(Compare(Of(parsed(t, changed)), whole)) == 0 {
			t.Errorf("%s, and then it comes back: nothing is asked", test.name)
		}
	}
}
