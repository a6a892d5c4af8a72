package codex

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// layer is the name of our settings: Codex applies NAME.config.toml on top of
// config.toml, which it writes itself.
const layer = "pod"

const (
	// readOnly and program are the modes of files that Codex reads.
	readOnly fs.FileMode = 0o400
	program  fs.FileMode = 0o500
)

// places are the paths of a plan.
type places struct {
	// home is CODEX_HOME, which Codex writes to; files contains what it may only read.
	home, files string
}

func (p places) settings() string        { return filepath.Join(p.home, layer+".config.toml") }
func (p places) file(name string) string { return filepath.Join(p.files, name) }

// plan returns the plan of a start. Settings, rules and skills are links from the
// directory that Codex writes to files that it can only read. Secrets, which [unserved]
// reports, stay empty: they are never written to a file.
func plan(l runtime.Launch) (*runtime.Plan, error) {
	at := places{home: filepath.Join(l.State, "codex"), files: filepath.Join(l.Files, "codex")}
	p := &runtime.Plan{Env: []string{"CODEX_HOME=" + at.home}, Asks: l.Login == ""}
	add := func(name string, content []byte, mode fs.FileMode) {
		p.Files = append(p.Files, runtime.File{Path: at.file(name), Mode: mode, Content: content})
	}
	link := func(name, target string) {
		p.Files = append(p.Files, runtime.File{Path: filepath.Join(at.home, name), Link: at.file(target)})
	}

	settings, err := settings(l, at)
	if err != nil {
		return nil, err
	}
	add(layer+".config.toml", settings, readOnly)
	link(layer+".config.toml", layer+".config.toml")
	// What Codex wrote here in an earlier start is about its look; anything else may be
	// from a tool. Neither is kept. Codex reads trust from this file only.
	own, err := trust(l)
	if err != nil {
		return nil, err
	}
	p.Files = append(p.Files, runtime.File{Path: filepath.Join(at.home, "config.toml"), Mode: 0o600, Content: own})
	// The login is never copied: only one of two copies could be renewed.
	p.Files = append(p.Files, runtime.File{Path: filepath.Join(at.home, "auth.json"), Link: l.Login, Gone: l.Login == ""})
	add("system.md", []byte(systemPrompt(l, at)), readOnly)
	if text := promptRules(l.Manifest); text != "" && !l.Headless {
		add("rules/"+layer+".rules", []byte(text), readOnly)
		link("rules", "rules") // link the directory: Codex does not read rules through links
	}
	skills, err := skillFiles(l.Manifest)
	if err != nil {
		return nil, err
	}
	for _, f := range skills {
		add("skills/"+f.name, f.content, f.mode)
	}
	if len(skills) > 0 {
		link("skills", "skills")
	}
	for _, name := range agents(l.Manifest) {
		content, err := agentSettings(l, at, name)
		if err != nil {
			return nil, err
		}
		add("agents/"+name+".toml", content, readOnly)
	}
	p.Args = arguments(l)
	if l.Headless && l.Prompt != "" {
		p.Stdin = []byte(l.Prompt)
	}
	return p, nil
}

// arguments returns the program's arguments. A headless prompt is sent on stdin, so that
// other users do not see it in the process list.
func arguments(l runtime.Launch) []string {
	flags := []string{"--strict-config", "--profile", layer}
	if l.Headless {
		args := append([]string{"exec", "--json", "--skip-git-repo-check"}, flags...)
		if l.Resume {
			args = append(args, "resume", l.Session)
		}
		return append(args, "-")
	}
	args := append(flags, "--config", "approval_policy="+approvals)
	if l.Resume {
		args = append(args, "resume", l.Session)
	}
	if l.Prompt != "" {
		args = append(args, "--", l.Prompt)
	}
	return args
}

// approvals are the questions that Codex asks in a terminal. Only its own rules, written
// from the manifest's, make it ask; it never asks to leave its sandbox. They are an
// argument, because a resumed session brings the values that it began with.
const approvals = "{granular={rules=true,sandbox_approval=false,mcp_elicitations=false,request_permissions=false,skill_approval=false}}"

// trust returns the text of config.toml. It trusts the workspace, so that the terminal
// asks no question about it. Trust also applies settings of the repository, which may
// start programs. If there may be any, the workspace is untrusted: Codex then reports
// that it ignores them, and waits for a key. A headless start always ignores them.
func trust(l runtime.Launch) ([]byte, error) {
	if l.Headless {
		return []byte{}, nil
	}
	level := "trusted"
	if hasSettings(l.Workspace) {
		level = "untrusted"
	}
	return toml.Marshal(table{"projects": table{l.Workspace: table{"trust_level": level}}})
}

// hasSettings reports whether there may be settings of Codex between a directory and the
// root of its repository. Without a repository, it checks only the directory itself.
func hasSettings(dir string) bool {
	here := func(at string) bool {
		at = filepath.Join(at, ".codex")
		info, err := os.Lstat(at)
		if err != nil || !info.IsDir() {
			return !os.IsNotExist(err)
		}
		// The sandbox of Codex leaves an empty one if it is killed.
		entries, err := bounded.ReadDir(at, 1)
		return err != nil || len(entries) > 0
	}
	found := false
	for at := dir; ; at = filepath.Dir(at) {
		found = found || here(at)
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return found
		}
		if at == filepath.Dir(at) {
			return here(dir)
		}
	}
}

// quote quotes text as one word for a shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
