package frontmatter

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// said is the result of either reader.
type said struct {
	Name        *string  `json:"name"`
	Description *string  `json:"description"`
	Tools       []string `json:"tools"`
	Faults      []Fault  `json:"faults"`
}

func inGo(text string) *said {
	fields, found := Read(text)
	if !found {
		return nil
	}
	return &said{fields.Name, fields.Description, fields.Tools, fields.Faults}
}

func inNix(t *testing.T, texts []string) []*said {
	t.Helper()
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(`map (import /insomnia/lib/skill/frontmatter.nix).read (builtins.fromJSON "`+
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(data))+`")`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.ToJSON(v)
	var all []*said
	if err != nil || json.Unmarshal(out, &all) != nil || len(all) != len(texts) {
		t.Fatalf("%v: %.300s", err, out)
	}
	return all
}

// lines are combined into texts.
var lines = []string{
	"---", "---", "--- ", "---\r", "----", "--", "...", "", " ", "\t", "# comment", " # comment",
	"name: a", "name : a", "name:a", "name: \"a\"", "name: 'a' # c", "name:", "Name: b", "name: [a]", "name: |", "name: > # c", "name: -", "name: - a",
	"description: one two # three", "description: \"one \\\"two\\\" \\n\"", "description: \"one", "two\"", "description: 'it''s'", "description: it's", "description: *a",
	"description: >-", "  folded", "\tmore # x", "- item", "-", "-x", "allowed-tools: Read, Bash(git add:*)", "allowed-tools:", "  - \"Grep\"", "- Edit # and so on",
	"allowedTools: [Read, 'Write']", "allowed_tools: |2+", "ALLOWED-TOOLS: (", "  allowed-tools: x", "  \"allowed-tools\" : x", "hooks:", "hooks: {}", "tools: a", "permissionMode: x",
	"? key", ": value", "<<: *x", "{a: b}", "[a]", "\"name\": x", "ä: x", "x: ä\u00a0ö", "é", "a b: c", "x" + strings.Repeat("y", 63) + ": z", "x" + strings.Repeat("y", 64) + ": z",
	"x: \u0001", "x: (a)b(c(d)e)f", "\ufeff---", strings.Repeat("z", 5000), "\"", "name: \"a\\\\\"", "name: 'a''", "- - -", "  ? allowed-tools: x",
}

func TestNixReadsTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "---", "---\n---", "\ufeff---\nname: x\n---"}
	for len(texts) < 3000 {
		var b strings.Builder
		if random.IntN(8) > 0 {
			b.WriteString("---\n")
		}
		for range random.IntN(7) {
			b.WriteString(lines[random.IntN(len(lines))])
			b.WriteString([]string{"\n", "\n", "\n", "\r\n"}[random.IntN(4)])
		}
		if random.IntN(8) > 0 {
			b.WriteString("---\nbody")
		}
		texts = append(texts, b.String())
	}
	texts = append(texts, "---\n"+strings.Repeat("- a\n", 300)+"---", "---\nx:\n"+strings.Repeat("- a\n", 255)+"---", "---\n"+strings.Repeat("x", 20000))
	read := 0
	for i, got := range inNix(t, texts) {
		want := inGo(texts[i])
		if got != nil && len(got.Faults) == 0 {
			got.Faults = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\nhere   %s\nin Nix %s", texts[i], written(want), written(got))
		}
		if want != nil && len(want.Faults) == 0 {
			read++
		}
	}
	if read < len(texts)/8 {
		t.Errorf("only %d of %d were read without a fault", read, len(texts))
	}
}

func written(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}
