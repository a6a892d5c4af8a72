// Package importing turns the settings of agent programs into profiles: [Claude],
// [Codex] and the others read files into a [Found], which is neutral, and [Found.Write]
// makes the files of the profiles of it.
//
// What is read is not trusted. Files are bounded, links out of a directory are not
// followed, nothing is run and nothing is evaluated. A value that is, or may be, a key is
// in no profile, no message and no report: the profile names a secret, and [Found.Secrets]
// has the commands that bind it. What a profile cannot say with the same meaning becomes
// stricter or is left out, never wider, and is in [Found.Losses].
package importing

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// Found is the content of a program's files.
type Found struct {
	// Program is the name of the import: claude, codex, opencode, mcp, rulesync, agents-md.
	Program string
	// Dir is the directory that was read; Read and the files of Losses are below it.
	Dir  string
	Read []string

	Model  Model
	Access Access
	// Agents are profiles of their own; those that are not Alone are subagents of the main
	// profile too.
	Agents    []Agent
	Servers   []Server
	Skills    []Skill
	Workflows []Workflow
	Hooks     []Hook
	// Append are texts that follow the system prompt; System replaces it.
	System  string
	Append  []Prompt
	Context []string // files of the workspace
	// Language is a BCP 47 tag.
	Language string

	Filesystem, Network string
	Domains             []string
	Writable, DenyRead  []string
	HostPorts           []int64
	Env                 []Variable
	InheritEnv          []string

	Web       string // preset: off, cached, live
	Memory    string // preset
	Retention string // preset
	// Runtime are settings of the program alone: name and value, below runtimes.NAME.
	Runtime []Setting

	Secrets []Secret
	Losses  []Loss
}

// Model is a model and how its API is called.
type Model struct {
	Ref               string // provider/model; empty for the one of what is imported
	BaseURL, WireAPI  string
	Window, MaxOutput int64
	Effort            string
	Thinking          int64
	Temperature, TopP string
	Small             string
	Auth              string // name of the secret; empty for the provider's own
	NoAuth            bool
	Headers           []Value
}

// Prompt is a text with the name of the file that it is written to.
type Prompt struct{ Name, Text string }

// Setting is a setting of a runtime.
type Setting struct {
	Name  string
	Value any
}

// Variable is an environment variable with a value that is not a secret.
type Variable struct{ Name, Value string }

// Access is the permissions of an agent.
type Access struct {
	// Tools are those that are offered; Limited excludes all others.
	Tools   []string
	Limited bool
	Denied  []string
	// Mode and Default are those of permissions; empty for those of the main profile.
	Mode, Default string
	Rules         []Rule
}

// Rule is a permission rule in the grammar of permissions.
type Rule struct{ Tool, Pattern, Action string }

// add adds a rule that is not there yet.
func (a *Access) add(rules ...Rule) {
	for _, rule := range rules {
		if !slices.Contains(a.Rules, rule) {
			a.Rules = append(a.Rules, rule)
		}
	}
}

// Agent is an agent with a prompt of its own.
type Agent struct {
	Name, Description, Prompt string
	Model                     Model
	Access                    Access
	Servers, Skills           []string // names; nil for all
	MaxTurns                  int64
	// Alone: it is not a subagent. Only: it is nothing else.
	Alone, Only bool
	at          diag.Position
}

// Server is an MCP server.
type Server struct {
	Name, Type, Command, Cwd string
	Args                     []any // values of nixtext
	URL                      any
	Env, Headers             []Value
	Enabled, Disabled        []string
	Startup, Timeout         int64
	Required                 bool
}

// Value is a named value: a string that is not a secret, or a secret.
type Value struct {
	Name  string
	Value any
}

// Skill is a directory with a SKILL.md.
type Skill struct {
	Name       string
	Files      map[string][]byte // by path, those that are text
	Base64     map[string]string // the others
	Executable []string
}

// Workflow is a prompt that a user starts.
type Workflow struct {
	Name, Description, Prompt string
	Inputs                    []Input
}

// Input is an input of a workflow, a string.
type Input struct{ Name string }

// Hook is a command at an event.
type Hook struct {
	Event, Matcher string
	Command        []string
	Timeout        int64
	Async          bool
}

// Secret is the name of a secret for a key, and the command that binds it.
type Secret struct {
	Name string `json:"name"`
	// Bind is a command for a shell.
	Bind string `json:"bind"`
}

// What became of a field.
const (
	Lost     = "lost"     // it has no counterpart
	Stricter = "stricter" // the profile allows less
	Changed  = "changed"  // it has the same meaning in a different form, or something was assumed
	Shown    = "shown"    // it is kept, and a reader would not see it
)

// Loss is a setting that a profile does not express, or not in the same way.
type Loss struct {
	Kind   string `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// note adds a loss. Texts from files go through quote first.
func (f *Found) note(kind string, at diag.Position, field, reason string) {
	loss := Loss{kind, f.below(at.File), at.Line, at.Column, hideAssignments(keyform.Mask(field)), reason}
	if !slices.Contains(f.Losses, loss) {
		f.Losses = append(f.Losses, loss)
	}
}

// below is the name of a file below the directory that was read.
func (f *Found) below(file string) string {
	if rel, err := filepath.Rel(f.Dir, file); f.Dir != "" && file != "" && err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

// quote shows a text of a file in a sentence, without keys.
func quote(text string) string {
	if len(text) > 100 {
		text = strings.ToValidUTF8(text[:100], "") + "…"
	}
	return diag.Quote(hideAssignments(keyform.Mask(text)))
}

// clean is a text for a profile: without keys, NUL and paths of the Nix store, all listed,
// and with the hidden characters listed.
func (f *Found) clean(text string, at diag.Position, field string) string {
	if strings.ContainsRune(text, 0) {
		f.note(Lost, at, field, "NUL characters are left out")
		text = strings.ReplaceAll(text, "\x00", "")
	}
	if masked := keyform.Mask(text); masked != text {
		f.note(Lost, at, field, "what has the form of a key is replaced by asterisks")
		text = masked
	}
	if storePath.Get().MatchString(text) {
		f.note(Changed, at, field, "a path of the Nix store is written without its first slash: text travels by value")
		text = storePath.Get().ReplaceAllString(text, "$1")
	}
	f.hidden(text, at, field)
	return text
}

// hiddenIn lists the hidden characters of a file that stays where it is.
func (f *Found) hiddenIn(text, file string) {
	f.hidden(text, diag.Position{File: file}, "the text")
}

func (f *Found) hidden(text string, at diag.Position, field string) {
	for i, place := range unseen.Scan(text) {
		if i == 5 {
			f.note(Shown, at, field, "more characters that cannot be seen")
			break
		}
		var names []string
		for _, r := range place.Runes {
			names = append(names, diag.Character(r))
		}
		reason := "characters that cannot be seen, in line " + number(place.Line) + " of the text: " + strings.Join(names, ", ")
		if place.Reads != "" {
			reason += "; they spell " + diag.Quote(keyform.Mask(place.Reads))
		}
		f.note(Shown, at, field, reason)
	}
}

var storePath = pattern.Lazy{Text: `/(nix/store/[0-9a-z]{32})`}
