// Package config reads and writes the settings of a user or a project: config.toml and
// local.toml.
//
// A config names profiles and the places to find them. Only the profile decides what it
// does, so a runtime setting here is an error, which names the right place. config.toml
// is written by people and may be read-only. local.toml in the same directory has the
// same form and takes precedence; it is the only file that commands write.
//
// [File] is the type of both. Its JSON Schema, schema.json, is generated from it.
// Reading is strict and reports all problems at once, each with its file, line and
// column. No message contains a value from [secrets].
package config

import (
	_ "embed"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

//go:generate go test -run TestSchema -update

//go:embed schema.json
var schemaJSON []byte

// SchemaJSON is the JSON Schema of [File].
func SchemaJSON() []byte { return schemaJSON }

// Scope is the owner of a config.
type Scope string

const (
	User    Scope = "user"
	Project Scope = "project"
)

// File is the content of config.toml and local.toml.
type File struct {
	// The profile that is used when none is named: a qualified reference.
	Default Reference `json:"default,omitempty"`
	// Names of your own for profiles. An alias may carry the name of a profile and settles what that name means.
	Aliases map[Name]Reference `json:"aliases,omitempty"`
	// Flakes with profiles, by the name before the colon of a reference.
	Sources map[Name]FlakeReference `json:"sources,omitempty"`
	// Where profiles are looked for by name.
	Discovery Discovery `json:"discovery,omitzero"`
	// How lists are shown.
	UI UI `json:"ui,omitzero"`
	// Where the secrets that profiles name are kept. Only in the user's config.
	Secrets map[SecretName]Binding `json:"secrets,omitempty"`
	// What evaluates profiles. Only in the user's config.
	Evaluator Evaluator `json:"evaluator,omitempty"`
	// Which agent program runs Pods, and how each looks. Only in the user's config.
	Runtimes Runtimes `json:"runtimes,omitzero"`
}

// Runtimes selects the agent program that runs Pods, and sets how each looks.
type Runtimes struct {
	// The runtime of Pods that several could run.
	Default RuntimeName `json:"default,omitempty"`
	// Claude Code.
	ClaudeCode Runtime `json:"claude-code,omitzero"`
	// Codex.
	Codex Runtime `json:"codex,omitzero"`
	// opencode.
	OpenCode Runtime `json:"opencode,omitzero"`
}

// Runtime is a user's settings for one agent program.
type Runtime struct {
	// How it looks. A profile sets what it may do.
	UI Looks `json:"ui,omitzero"`
}

// Looks are how an agent program looks on a terminal. What a program does not know,
// it leaves as it is.
type Looks struct {
	// Name of one of the program's own themes.
	Theme Look `json:"theme,omitempty"`
	// How its editor takes keys: normal or vim.
	EditorMode EditorMode `json:"editorMode,omitempty"`
}

// Discovery switches the places off where a name is looked up. A qualified
// reference works all the same.
type Discovery struct {
	// Whether the profiles inside the program are looked at.
	Builtin *bool `json:"builtin,omitempty"`
	// Whether the user's folder of profiles is looked at.
	User *bool `json:"user,omitempty"`
	// Whether the project's folder of profiles is looked at.
	Project *bool `json:"project,omitempty"`
	// Whether the project's flake is looked at, which evaluates it.
	Flake *bool `json:"flake,omitempty"`
	// Whether the named sources are looked at.
	Sources *bool `json:"sources,omitempty"`
}

// UI sets how lists are shown.
type UI struct {
	// Whether `profile list` describes what each profile may do.
	Summaries *bool `json:"summaries,omitempty"`
}

// Binding names the place of a secret's value and the destinations that may get it.
type Binding struct {
	// The place: age:NAME, env:NAME, file:PATH, mount:NAME, exec:COMMAND or login:PROGRAM.
	URI BindingURI `json:"uri"`
	// Hosts that the secret may be sent to; none unless listed here.
	Hosts []Host `json:"hosts,omitempty"`
	// Local commands that may get the secret in their environment: NAME=VALUE for each variable, the absolute path of a program, its arguments, and … at the end if further arguments may follow; words as in a shell.
	Commands []Command `json:"commands,omitempty"`
}

type (
	// Name is a name for an alias or a source.
	Name string
	// Reference selects a profile: builtin:NAME, user:NAME, project:NAME, SOURCE:NAME, a file or a flake reference.
	Reference string
	// FlakeReference selects a flake.
	FlakeReference string
	// SecretName is the name that profiles use for a secret.
	SecretName string
	// BindingURI is the place of a secret's value.
	BindingURI string
	// Host is a host as HOST or HOST:PORT for https, or with http:// before it for a connection without encryption.
	Host string
	// Command is a program and arguments on one line.
	Command string
	// Evaluator names an evaluator.
	Evaluator string
	// RuntimeName names an agent program.
	RuntimeName string
	// Look is the name of a theme.
	Look string
	// EditorMode is how an editor takes keys.
	EditorMode string
)

// constraint is the form that a string must have.
type constraint struct {
	pattern  string
	fits     func(string) bool // decides the pattern
	max      int               // characters; 0 for the default
	enum     []string
	expected string
}

type constrained interface{ constraint() constraint }

func (Name) constraint() constraint {
	return constraint{pattern: `^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$`, fits: isName, expected: "letters, digits, _ and -"}
}
func (Reference) constraint() constraint {
	return constraint{pattern: `^[^-\x00-\x20\x7f][^\x00-\x1f\x7f]*$`, fits: isReference, expected: "a reference such as user:coder or ./coder.nix"}
}
func (FlakeReference) constraint() constraint {
	return constraint{pattern: `^[^-#\x00-\x20\x7f][^#\x00-\x1f\x7f]*$`, fits: isFlakeReference, expected: "a flake reference such as github:OWNER/REPO, without `#`"}
}
func (SecretName) constraint() constraint {
	c := manifest.SecretName("").Constraint()
	return constraint{pattern: c.Pattern, fits: isSecretName, max: c.MaxLength, expected: "segments of a-z, 0-9 and - joined by dots"}
}
func (BindingURI) constraint() constraint {
	return constraint{pattern: `^(age|env|file|mount|exec|login):[^\x00-\x1f\x7f]*$`, fits: isBindingURI, expected: "age:NAME, env:NAME, file:PATH, mount:NAME, exec:COMMAND or login:PROGRAM"}
}
func (Host) constraint() constraint {
	return constraint{pattern: `^(http://)?([a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`, fits: isHost, expected: "a host as api.example.org or http://localhost:8080"}
}
func (Command) constraint() constraint {
	return constraint{pattern: `^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$`, fits: isCommand, expected: "the absolute path of a program and its arguments"}
}
func (Evaluator) constraint() constraint {
	return constraint{enum: []string{"embedded", "nix"}, expected: "embedded or nix"}
}

func (RuntimeName) constraint() constraint {
	return constraint{enum: []string{"claude-code", "codex", "opencode"}, expected: "claude-code, codex or opencode"}
}
func (Look) constraint() constraint {
	return constraint{pattern: `^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$`, fits: isName, max: 64, expected: "the name of a theme"}
}
func (EditorMode) constraint() constraint {
	return constraint{enum: []string{"normal", "vim"}, expected: "normal or vim"}
}

// Setting is one value and where it was set.
type Setting struct {
	Value string
	At    diag.Position
}

// Config is the settings of one scope: local.toml over config.toml.
type Config struct {
	Scope Scope
	Dir   string // holds config.toml and local.toml
	// Default is nil when none is set.
	Default   *Setting
	Aliases   map[string]Setting
	Sources   map[string]Setting
	Discovery Discovery
	UI        UI
	Evaluator string
	Secrets   map[string]Bound // the user's alone
	// Runtime is the runtime of Pods that several could run; nil when none is set.
	Runtime *Setting
	// Looks are the looks of runtimes by their names, each by the name of its key.
	Looks map[string]map[string]string
}

// Bound is a binding and where it was set.
type Bound struct {
	Binding
	At diag.Position
}

func (c *Config) lay(f *File, places map[string]diag.Position) {
	if f.Default != "" {
		c.Default = &Setting{string(f.Default), places["/default"]}
	}
	for name, ref := range f.Aliases {
		c.Aliases[string(name)] = Setting{string(ref), places["/aliases/"+string(name)]}
	}
	for name, ref := range f.Sources {
		c.Sources[string(name)] = Setting{string(ref), places["/sources/"+string(name)]}
	}
	for name, binding := range f.Secrets {
		c.Secrets[string(name)] = Bound{binding, places["/secrets/"+strings.ReplaceAll(string(name), ".", "/")+"/uri"]}
	}
	for _, pair := range []struct{ to, from **bool }{
		{&c.Discovery.Builtin, &f.Discovery.Builtin}, {&c.Discovery.User, &f.Discovery.User},
		{&c.Discovery.Project, &f.Discovery.Project}, {&c.Discovery.Flake, &f.Discovery.Flake},
		{&c.Discovery.Sources, &f.Discovery.Sources}, {&c.UI.Summaries, &f.UI.Summaries},
	} {
		if *pair.from != nil {
			*pair.to = *pair.from
		}
	}
	if f.Evaluator != "" {
		c.Evaluator = string(f.Evaluator)
	}
	if f.Runtimes.Default != "" {
		c.Runtime = &Setting{string(f.Runtimes.Default), places["/runtimes/default"]}
	}
	for name, looks := range map[string]Looks{"claude-code": f.Runtimes.ClaudeCode.UI, "codex": f.Runtimes.Codex.UI, "opencode": f.Runtimes.OpenCode.UI} {
		for key, value := range map[string]string{"theme": string(looks.Theme), "editorMode": string(looks.EditorMode)} {
			if value == "" {
				continue
			}
			if c.Looks[name] == nil {
				if c.Looks == nil {
					c.Looks = map[string]map[string]string{}
				}
				c.Looks[name] = map[string]string{}
			}
			c.Looks[name][key] = value
		}
	}
}
