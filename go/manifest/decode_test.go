package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func base(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, "bases", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What JSON text alone can say, and the shared corpus cannot hold.
func TestDecodeRefusesBadText(t *testing.T) {
	minimal := base(t, "minimal")
	change := func(old, replacement string) string {
		if !strings.Contains(minimal, old) {
			t.Fatalf("the minimal manifest has no %s", old)
		}
		return strings.Replace(minimal, old, replacement, 1)
	}
	for _, c := range []struct {
		name, text string
		want       []finding
		says       string
	}{
		{"empty", "", []finding{{"empty", ""}}, ""},
		{"only spaces", " \r\n\t ", []finding{{"empty", ""}}, ""},
		{"null", "null", []finding{{"type", ""}}, "got null"},
		{"a byte order mark", "\xef\xbb\xbf" + minimal, []finding{{"byte-order-mark", ""}}, "byte order mark"},
		{"UTF-16", "\xff\xfe{\x00}\x00", []finding{{"syntax", ""}}, "line 1, column 1"},
		{"something behind", minimal + "\n {}", []finding{{"trailing-data", ""}}, "line 35, column 2"},
		{"a comma behind", minimal + ",", []finding{{"trailing-data", ""}}, ""},
		{"cut off", minimal[:len(minimal)/2], []finding{{"syntax", ""}}, "unexpected end of the text"},
		{"cut off in a string", `{"schema": "insom`, []finding{{"syntax", ""}}, "unexpected end of the text"},
		{"a comma at the end of an object", change(`"tags": []`, `"tags": [],`), []finding{{"syntax", ""}}, "line 3"},
		{"a comment", "// manifest\n" + minimal, []finding{{"syntax", ""}}, "line 1, column 1"},
		{"single quotes", `{'schema': 1}`, []finding{{"syntax", ""}}, "column 2"},
		{"NaN", change(`"maxTurns": 200`, `"maxTurns": NaN`), []finding{{"syntax", ""}}, "NaN is not a JSON number"},
		{"nan as TOML has it", change(`"maxTurns": 200`, `"maxTurns": nan`), []finding{{"syntax", ""}}, "nan is not a JSON number"},
		{"an infinity", change(`"maxTurns": 200`, `"maxTurns": -Infinity`), []finding{{"syntax", ""}}, "-Infinity is not a JSON number"},
		{"a leading zero", change(`"maxTurns": 200`, `"maxTurns": 0200`), []finding{{"syntax", ""}}, ""},
		{"a number in hexadecimal", change(`"maxTurns": 200`, `"maxTurns": 0x10`), []finding{{"syntax", ""}}, ""},
		{"a key without quotes", `{schema: 1}`, []finding{{"syntax", ""}}, ""},
		{"a key that is a number", `{1: 1}`, []finding{{"syntax", ""}}, ""},
		{"a line break in a string", "{\"schema\": \"a\nb\"}", []finding{{"syntax", ""}}, ""},
		{"a duplicate section", change(`"skills": {}`, `"skills": {}, "skills": {}`), []finding{{"duplicate-key", "/skills"}}, "duplicate key"},
		{"a duplicate key far below", change(`"maxTurns": 200`, `"maxTurns": 200, "maxTurns": 300`), []finding{{"duplicate-key", "/limits/maxTurns"}}, "line 31, column 32"},
		{"a duplicate key by another escape", change(`"maxTurns": 200`, `"maxTurns": 200, "max\u0054urns": 300`), []finding{{"duplicate-key", "/limits/maxTurns"}}, ""},
		{"a duplicate key three times", change(`"skills": {}`, `"skills": {}, "skills": {}, "skills": {}`), []finding{{"duplicate-key", "/skills"}, {"duplicate-key", "/skills"}}, ""},
		{"a duplicate key beside another problem", change(`"maxTurns": 200`, `"maxTurns": 0, "maxTurns": 300`), []finding{{"duplicate-key", "/limits/maxTurns"}, {"minimum", "/limits/maxTurns"}}, ""},
		{"bad UTF-8", change(`"description": ""`, "\"description\": \"a\xffb\""), []finding{{"invalid-utf8", "/profile/description"}}, "line 3, column 50"},
		{"an overlong encoding", change(`"description": ""`, "\"description\": \"\xc0\xaf\""), []finding{{"invalid-utf8", "/profile/description"}}, ""},
		{"a surrogate in UTF-8", change(`"description": ""`, "\"description\": \"\xed\xa0\x80\""), []finding{{"invalid-utf8", "/profile/description"}}, ""},
		{"half a character", change(`"description": ""`, `"description": "\ud83d"`), []finding{{"lone-surrogate", "/profile/description"}}, "half of a character"},
		{"two halves in the wrong order", change(`"description": ""`, `"description": "\ude00\ud83d"`), []finding{{"lone-surrogate", "/profile/description"}}, ""},
		{"bad UTF-8 in a key", change(`"skills": {}`, "\"skills\": {}, \"\xff\": 1"), []finding{{"invalid-utf8", ""}, {"unknown-field", "/�"}}, ""},
		{"NUL in a text", change(`"system": ""`, `"system": "a\u0000b"`), []finding{{"control-character", "/prompts/system"}}, ""},
		{"NUL in a line", change(`"description": ""`, `"description": "\u0000"`), []finding{{"control-character", "/profile/description"}}, ""},
		{"an integer with a fraction", change(`"maxTurns": 200`, `"maxTurns": 200.0`), []finding{{"type", "/limits/maxTurns"}}, "200.0"},
		{"an integer with an exponent", change(`"maxTurns": 200`, `"maxTurns": 2e2`), []finding{{"type", "/limits/maxTurns"}}, "2e2"},
		{"2^63", change(`"maxTurns": 200`, `"maxTurns": 9223372036854775808`), []finding{{"maximum", "/limits/maxTurns"}}, "9223372036854775808"},
		{"-2^63-1", change(`"maxTurns": 200`, `"maxTurns": -9223372036854775809`), []finding{{"minimum", "/limits/maxTurns"}}, ""},
		{"an integer of a thousand digits", change(`"maxTurns": 200`, `"maxTurns": `+strings.Repeat("9", 1000)), []finding{{"maximum", "/limits/maxTurns"}}, "…"},
		{"a fraction beyond every double", change(`"effort": "medium"`, `"effort": "medium", "temperature": 1e999`), []finding{{"maximum", "/model/temperature"}}, ""},
		{"a fraction below every double", change(`"effort": "medium"`, `"effort": "medium", "temperature": 1e-999`), nil, ""},
		{"too deep in lists", change(`"skills": {}`, `"skills": `+strings.Repeat("[", 64)+strings.Repeat("]", 64)), []finding{{"too-deep", ""}}, "64"},
		{"too deep in objects", strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), []finding{{"too-deep", ""}}, "64"},
		{"deep without an end", strings.Repeat("[", 100000), []finding{{"too-deep", ""}}, ""},
		{"as deep as may be", strings.Repeat(`[`, 64) + strings.Repeat("]", 64), []finding{{"type", ""}}, ""},
		{"a million values", `{"hooks": [` + strings.Repeat("0,", 1<<20) + `0]}`, []finding{{"too-many-values", ""}}, "1048576"},
		{"too large", strings.Repeat(" ", MaxManifestBytes) + minimal, []finding{{"rule-manifest-size", ""}}, fmt.Sprint(MaxManifestBytes+len(minimal), " bytes")},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, problems := Decode([]byte(c.text))
			if (m != nil) != (len(problems) == 0) {
				t.Errorf("gives a manifest: %v, with %d problems", m != nil, len(problems))
			}
			if got := findings(problems); !slices.Equal(got, sorted(c.want)) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if text := Problems(problems).Error(); !strings.Contains(text, c.says) {
				t.Errorf("the message is %q; it must have %q", text, c.says)
			}
			for _, p := range problems {
				if p.Positions == nil || hasControl(p.Message+p.Hint+p.Expected+p.Path) {
					t.Errorf("not fit for a terminal or for JSON: %+v", p)
				}
			}
		})
	}
}

func TestProblemsAreCapped(t *testing.T) {
	problems := Validate([]byte(`{"hooks": [` + strings.Repeat("0,", 1<<19) + `0]}`))
	if len(problems) != maxProblems+1 || problems[maxProblems].Code != "too-many-problems" {
		t.Errorf("%d problems, the last %+v", len(problems), problems[len(problems)-1])
	}
}

func TestWrongCaseAndTyposHaveSuggestions(t *testing.T) {
	for _, c := range []struct{ wrong, right string }{
		{"MaxTurns", "maxTurns"}, {"maxturns", "maxTurns"}, {"max_turns", "maxTurns"}, {"maxTurn", "maxTurns"}, {"maxTruns", "maxTurns"},
	} {
		problems := Validate([]byte(strings.Replace(base(t, "minimal"), "maxTurns", c.wrong, 1)))
		i := slices.IndexFunc(problems, func(p Problem) bool { return p.Code == "unknown-field" })
		if i < 0 || problems[i].Hint != "did you mean `"+c.right+"`?" {
			t.Errorf("%s: %+v", c.wrong, problems)
		}
	}
	problems := Validate([]byte(strings.Replace(base(t, "minimal"), `"skills"`, `"zzz": 1, "skills"`, 1)))
	if len(problems) != 1 || problems[0].Hint != "" {
		t.Errorf("a far-fetched suggestion: %+v", problems)
	}
}

// Everything that the schema allows must have its place in the Go types, and come back from there.
func TestTypesHoldWhatTheSchemaAllows(t *testing.T) {
	full := base(t, "full")
	empty := strings.NewReplacer(
		`{ "value": "warn" }`, `{ "value": "" }`, `"initial": "What is to be done?"`, `"initial": ""`, `"type": "number", "required": false, "default": "20"`, `"type": "string", "required": false, "default": "", "choices": []`,
		`"reason": "Pushing is for people."`, `"reason": ""`, `"maxCostCents": 2500, `, ``, `"thinkingBudgetTokens": 16000`, `"thinkingBudgetTokens": 0`,
		`"temperature": 0.7`, `"temperature": 0`,
	).Replace(full)
	for _, text := range []string{base(t, "minimal"), full, empty} {
		checkTypes(t, []byte(text))
	}
}

func TestNoMessageHoldsASecret(t *testing.T) {
	const canary = "sk-ant-canary-7f3a"
	slots := []string{
		`{"name": "anthropic.api.default"`, `{ "_type": "insomnia.secret-ref/v1", "name": "anthropic.api.default" }`,
	}
	full := base(t, "full")
	for _, broken := range []string{
		`"` + canary + `"`, `["` + canary + `"]`, `{"_type": "` + canary + `"}`, `{"_type": "insomnia.secret-ref/v1", "name": "` + canary + `_"}`,
		`{"value": "` + canary + `"}`, `{"_type": "insomnia.secret-ref/v1", "name": {"x": "` + canary + `"}}`,
		`{"_type": "insomnia.secret-ref/v1", "name": "` + strings.Repeat(canary, 20) + `"}`,
		`{"_type": ["` + canary + `"], "name": ["` + canary + `"], "key": "` + canary + `"}`,
	} {
		text := strings.ReplaceAll(full, slots[1], broken)
		text = strings.ReplaceAll(text, `{ "value": "warn" }`, broken)
		text = strings.ReplaceAll(text, `{ "value": "platform" }`, strings.ReplaceAll(broken, canary, canary+`\u001b\r\n`))
		problems := Validate([]byte(text))
		if len(problems) == 0 {
			t.Errorf("valid: %s", broken)
		}
		for _, p := range problems {
			if strings.Contains(p.Message+p.Expected+p.Hint+p.Path, "canary") {
				t.Errorf("%s: shown in %+v", broken, p)
			}
		}
	}
}

func TestMessagesEscapeAndCutValues(t *testing.T) {
	text := strings.Replace(base(t, "minimal"), `"effort": "medium"`, `"effort": "\u001b]0;x\u0007`+strings.Repeat("é", 500)+`"`, 1)
	problems := Validate([]byte(text))
	if len(problems) != 1 || hasControl(problems[0].Message) || len(problems[0].Message) > 200 {
		t.Errorf("%+v", problems)
	}
	text = strings.Replace(base(t, "minimal"), `"skills"`, `"a\nb\u202e": 1, "skills"`, 1)
	problems = Validate([]byte(text))
	if len(problems) != 1 || strings.ContainsAny(problems[0].Path+problems[0].Message, "\n\u202e") {
		t.Errorf("%+v", problems)
	}
}
