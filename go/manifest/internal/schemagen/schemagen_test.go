package schemagen

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// atPackage goes to the folder that go generate runs in: the reflector takes
// the import path of the comments from the path to it.
func atPackage(t *testing.T) {
	t.Helper()
	t.Chdir(filepath.Join("..", ".."))
}

// What go generate would write must stand on disk already.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	atPackage(t)
	files, err := Files(".")
	if err != nil {
		t.Fatal(err)
	}
	var stale []string
	for _, file := range files {
		committed, err := os.ReadFile(file.Path)
		if err != nil || !bytes.Equal(committed, file.Content) {
			stale = append(stale, filepath.Base(file.Path))
		}
	}
	if len(stale) > 0 {
		t.Errorf("not what the Go types say: %s; run: %s", strings.Join(stale, ", "), golden.Command)
	}
}

// field is one place in a schema, for the lints.
type field struct {
	schema, path string
	name         string
	node         *Node // with references followed
	own          *Node // as it stands
	required     bool
}

func fields(t *testing.T) []field {
	t.Helper()
	atPackage(t)
	schemas, err := Generate(".")
	if err != nil {
		t.Fatal(err)
	}
	var all []field
	for name, data := range map[string][]byte{"manifest": schemas.Manifest, "profile": schemas.Profile} {
		schema, err := Load(data)
		if err != nil {
			t.Fatalf("lib/schema/%s.json: %v", name, err)
		}
		for _, definition := range schema.Names {
			for _, p := range schema.Definitions[definition].Properties {
				all = append(all, field{name, name + ": " + definition + "." + p.Name, p.Name, schema.Follow(p.Schema), p.Schema, p.Required})
			}
		}
	}
	return all
}

func (n *Node) each(visit func(*Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, child := range append([]*Node{n.Additional, n.PropertyNames, n.Items}, n.AnyOf...) {
		child.each(visit)
	}
}

func TestEveryFieldIsDescribed(t *testing.T) {
	for _, f := range fields(t) {
		text := f.own.Text("description")
		if text == "" || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: the description %q is no sentence; write a doc comment", f.path, text)
		}
	}
}

// Integers carry their unit in the name, and prices that of their section; these count or number the thing that the name itself says.
var countsOfThings = []string{"maxTurns", "maxRetries", "maxSubagents", "maxDepth", "maxResults", "redirectLimit", "hostPorts", "publishedPorts"}

func TestIntegersHaveUnitAndBounds(t *testing.T) {
	unit := regexp.MustCompile(`(Tokens|Bytes|Seconds|Days|Percent|Cents)$`)
	for _, f := range fields(t) {
		f.node.each(func(n *Node) {
			if !slices.Contains(n.Types(), "integer") {
				return
			}
			if !unit.MatchString(f.name) && !strings.Contains(f.path, ": Prices.") && !slices.Contains(countsOfThings, f.name) {
				t.Errorf("%s: the name does not end in its unit", f.path)
			}
			for _, bound := range []string{"minimum", "maximum"} {
				text := string(n.Keywords[bound])
				if _, err := strconv.ParseInt(text, 10, 53); err != nil {
					t.Errorf("%s: %s is %q; it must be an integer that a double holds exactly", f.path, bound, text)
				}
			}
		})
	}
}

// fractions are the only fields that may have one.
var fractions = []string{"temperature", "topP"}

func TestOnlyFractionsAreNumbers(t *testing.T) {
	for _, f := range fields(t) {
		f.node.each(func(n *Node) {
			if slices.Contains(n.Types(), "number") && (!slices.Contains(fractions, f.name) || n.Keywords["x-decimals"] == nil) {
				t.Errorf("%s: must be an integer, or one of %v with x-decimals", f.path, fractions)
			}
		})
	}
}

// onlyInOthers finds what RE2, ECMA and POSIX ERE read differently, or not at
// all: escapes, groups with options, lazy and possessive quantifiers, classes by
// name, anchors inside, and a dot or a brace as it is.
var onlyInOthers = regexp.MustCompile(`\\|\(\?|[*+?}][*+?{]|\[:|\[\[|\[=|^.+\^[^]]|\$.|[^\x20-\x7e]`)

func TestPatternsAreInTheCommonSubset(t *testing.T) {
	const longest = 1024
	seen := map[string]bool{}
	for _, f := range fields(t) {
		f.node.each(func(n *Node) {
			text := n.Text("pattern")
			if text == "" {
				if slices.Contains(n.Types(), "string") && n.Keywords["enum"] == nil && n.Keywords["const"] == nil && n.Keywords["x-maxBytes"] == nil {
					t.Errorf("%s: a string needs a pattern, an enum or x-maxBytes: give its type a Constraint, as in go/manifest/enums.go or scalars.go", f.path)
				}
				return
			}
			if length, err := strconv.Atoi(string(n.Keywords["maxLength"])); err != nil || length > longest {
				t.Errorf("%s: a pattern needs a maxLength of at most %d", f.path, longest)
			}
			if seen[text] {
				return
			}
			seen[text] = true
			if name, example, of := formOf(text); name == "" || of == "" || !regexp.MustCompile(text).MatchString(example) {
				t.Errorf("%s: the pattern %s has no name in forms, or its example %q does not fit", f.path, text, example)
			}
			if err := commonPattern(text); err != "" {
				t.Errorf("%s: the pattern %s %s", f.path, text, err)
			}
		})
	}
	for _, bad := range []string{`^\d$`, `^(?:a)$`, `^a*?$`, `^[[:alpha:]]$`, `^a^b$`, `^a$b$`, `^.$`, `^é$`, `^a{1$`, `^a++$`, `^[a$`} {
		if commonPattern(bad) == "" {
			t.Errorf("the lint lets %s pass", bad)
		}
	}
}

func commonPattern(text string) string {
	if !strings.HasPrefix(text, "^") || !strings.HasSuffix(text, "$") {
		return "is not anchored"
	}
	bare := regexp.MustCompile(`\[[^]]*\]`).ReplaceAllString(text, "x")
	if onlyInOthers.MatchString(strings.TrimSuffix(bare, "$")) || strings.Contains(strings.TrimSuffix(bare, "$"), "$") {
		return "has an anchor inside, an escape, or a quantifier that is not common"
	}
	if regexp.MustCompile(`\[[^]]*(\[|\\|[^\x20-\x7e])[^]]*\]`).MatchString(text) {
		return "has a class with an escape, a bracket or a name"
	}
	if strings.Contains(bare, ".") || regexp.MustCompile(`\{[^}]*[^0-9,}][^}]*\}|\{[^}]*$`).MatchString(bare) {
		return "has a dot or a brace outside of a class"
	}
	if _, err := regexp.Compile(text); err != nil {
		return "does not compile: " + err.Error()
	}
	return ""
}

// trulyRequired are the leaves of the manifest that nothing can stand in for.
var trulyRequired = map[string]string{
	"Manifest.schema":                   "a text must say itself which format it has",
	"ProfileInfo.name":                  "a profile without a name cannot be referred to",
	"Model.ref":                         "there is no model to fall back on",
	"Model.provider":                    "follows from ref; the library and a rule see to it",
	"Model.id":                          "follows from ref; the library and a rule see to it",
	"Model.wireApi":                     "comes from the catalog or from the author",
	"Model.contextWindowTokens":         "comes from the catalog or from the author",
	"Model.maxOutputTokens":             "comes from the catalog or from the author",
	"Prices.input":                      "no price is right for every model",
	"Prices.output":                     "no price is right for every model",
	"Compaction.thresholdTokens":        "follows from the window",
	"Compaction.requestThresholdTokens": "follows from the window",
	"Compaction.retainedTokens":         "follows from the window",
	"Compaction.reservedTokens":         "follows from the window",
	"Compaction.summaryMaxTokens":       "follows from the window",
	"Hook.event":                        "a hook without one never runs",
	"Hook.command":                      "a hook without one does nothing",
	"Rule.tool":                         "a rule is about a tool",
	"Rule.action":                       "a rule decides",
	"Skill.description":                 "the model picks a skill by it",
	"Workflow.description":              "a person picks a workflow by it",
	"Workflow.prompt":                   "a workflow is its prompt",
	"WorkflowInput.name":                "the prompt refers to it",
	"WorkflowInput.type":                "the form asks by it",
	"Subagent.description":              "the model picks a delegate by it",
	"SubagentPrompts.system":            "a delegate is its prompt",
	"SecretRef._type":                   "marks the reference",
	"SecretRef.name":                    "is the reference",
	"Service.host":                      "a service is a host",
	"Service.methods":                   "what is passed on is said one by one",
	"Service.paths":                     "what is passed on is said one by one",
	"ServiceAuth.value":                 "is the credential",
	"HostCommand.command":               "is the command",
	"SecretFormat._type":                "marks the text",
	"SecretFormat.template":             "is the text",
	"SecretFormat.refs":                 "are what the text has places for",
	"LiteralValue.value":                "is the value",
}

// What a doc comment calls advisory is on the page, and the other way round.
func TestAdvisoryFields(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range advisory {
		for _, name := range row.fields {
			listed[name] = true
		}
	}
	for _, f := range fields(t) {
		name, ok := strings.CutPrefix(f.path, "manifest: ")
		if !ok {
			continue
		}
		says := strings.HasPrefix(f.own.Text("description"), "Advisory: ")
		if says != listed[name] {
			t.Errorf("%s: its doc comment calls it advisory: %t; advisory.go: %t", name, says, listed[name])
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("advisory.go: there is no field %s", name)
	}
}

// filledLater are fields that new manifests are given by their defaults and older ones lack.
var filledLater = []string{"Limits.maxCostCents", "Limits.maxTokens"}

func TestRequiredLeavesHaveDefaults(t *testing.T) {
	unused := maps.Clone(trulyRequired)
	for _, f := range fields(t) {
		if f.schema != "manifest" {
			continue
		}
		name := strings.TrimPrefix(f.path, "manifest: ")
		_, hasDefault := f.own.Keywords["default"]
		section := f.node.Closed && f.node.Text("x-merge") == ""
		_, known := trulyRequired[name]
		if f.required && !hasDefault && !section && !known {
			t.Errorf("%s: is required, but has no default; give it one, or say in trulyRequired why there is none", name)
		}
		if !f.required && hasDefault && !slices.Contains(filledLater, name) {
			t.Errorf("%s: has a default, but is not required, so that it is never filled in", name)
		}
		if f.required && !hasDefault {
			delete(unused, name)
		}
	}
	for name := range unused {
		t.Errorf("%s: stands in trulyRequired without need", name)
	}
}

func TestLoadRefusesWhatIsNotImplemented(t *testing.T) {
	for _, node := range []string{
		`{"oneOf": []}`, `{"allOf": []}`, `{"not": {}}`, `{"if": {}}`, `{"format": "uri"}`, `{"multipleOf": 2}`, `{"patternProperties": {}}`,
		`{"dependentRequired": {}}`, `{"contains": {}}`, `{"prefixItems": []}`, `{"exclusiveMinimum": 1}`, `{"x-unknown": true}`,
		`{"additionalProperties": true}`, `{"type": "float"}`, `{"enum": [1]}`, `{"const": 1}`, `{"minimum": "1"}`, `{"maxLength": -1}`,
		`{"pattern": "a"}`, `{"x-merge": "append"}`, `{"x-secret": false}`, `{"required": ["absent"]}`, `{"$ref": "#/$defs/Absent"}`,
		`{"$ref": "other.json"}`, `{"$ref": "#/$defs/R", "default": {}}`, `{"anyOf": [{"type": "string"}, {"type": "string"}]}`, `{"anyOf": [{"type": "string"}, {"type": "integer"}]}`,
		`{"anyOf": [{"$ref": "#/$defs/SecretRef"}, {"$ref": "#/$defs/SecretRef"}]}`, `{"anyOf": [{"type": "string"}, {"type": "object"}]}`,
		`{"anyOf": [{"$ref": "#/$defs/SecretRef"}]}`, `{"properties": {"a": {"nope": 1}}}`, `{"items": {"nope": 1}}`, `[]`,
	} {
		text := `{"$ref": "#/$defs/R", "$defs": {"SecretRef": {"type": "object"}, "R": {"type": "object", "properties": {"a": ` + node + `}}}}`
		if _, err := Load([]byte(text)); err == nil {
			t.Errorf("loaded: %s", node)
		}
	}
	for _, text := range []string{`{}`, `[]`, `{"$ref": "#/$defs/R"}`, `{"$ref": "#/$defs/R", "$defs": {"R": {}}, "type": "object"}`} {
		if _, err := Load([]byte(text)); err == nil {
			t.Errorf("loaded: %s", text)
		}
	}
}

// Every code that the validator reports is told in the reference, and no other.
func TestRulesAreTold(t *testing.T) {
	atPackage(t)
	reported := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`"(rule-[a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
			reported[code[1]] = true
		}
	}
	told := map[string]bool{}
	for _, rule := range Rules {
		told[rule.Code] = true
	}
	if !maps.Equal(reported, told) {
		t.Errorf("reported %v, told %v", slices.Sorted(maps.Keys(reported)), slices.Sorted(maps.Keys(told)))
	}
}
