package codex

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// globDepth limits how deep Codex searches for files that match a glob.
const globDepth = 8

// permissionProfile is the sandbox that Codex builds around each command, inside that of
// the Pod: a second lock.
func permissionProfile(l runtime.Launch) table {
	s := l.Manifest.Sandbox
	files, workspace := table{
		"glob_scan_max_depth": globDepth,
		":root":               "read", ":tmpdir": "write", ":slash_tmp": "write",
	}, table{".": "read"}
	switch s.Filesystem {
	case "full":
		files[":root"] = "write"
		workspace["."] = "write"
		// Codex would create these to protect them, where it may not write.
		for _, name := range []string{"/.git", "/.codex", "/.agents", "/.aws"} {
			files[name] = "write"
		}
	case "workspace-write":
		if !slices.ContainsFunc(s.WritableRoots, inWorkspace) {
			workspace["."] = "write"
		}
		for _, root := range s.WritableRoots {
			if inWorkspace(root) {
				workspace[filepath.Clean(string(root))] = "write"
			} else {
				files[string(root)] = "write"
			}
		}
	}
	if workspace["."] == "write" {
		gitEntries(files, workspace, l.Workspace)
	}
	for _, glob := range s.DenyRead {
		if glob, ok := deniedGlob(string(glob)); ok {
			workspace[glob] = "deny"
		}
	}
	if l.Login != "" {
		files[l.Login] = "deny"
	}
	// Protect the settings of Codex itself, whatever else is writable.
	files[l.State] = "read"
	files[":workspace_roots"] = workspace
	// The ways through the walls of the Pod are ports of its loopback interface.
	network := s.Network != "none" || len(s.HostPorts)+len(s.PublishedPorts)+len(s.Services) > 0
	return table{"filesystem": files, "network": table{"enabled": network}}
}

func inWorkspace(dir manifest.Directory) bool {
	return !strings.HasPrefix(string(dir), "/") && !strings.HasPrefix(string(dir), "~")
}

// gitEntries permit git commit: by default, Codex protects .git. Files in it that decide
// which programs run stay protected.
func gitEntries(files, workspace table, dir string) {
	dotGit := filepath.Join(dir, ".git")
	workspace[".git"] = "write"
	info, err := os.Lstat(dotGit)
	if err != nil {
		return
	}
	at, entries := ".git", workspace
	if !info.IsDir() { // a linked work tree
		repo, err := gitrepo.Open(dir)
		if err != nil {
			return
		}
		defer repo.Close()
		dotGit = repo.Common()
		at, entries = dotGit, files
		entries[at] = "write"
	}
	for _, name := range []string{"hooks", "config"} {
		// Codex would create a missing file.
		if _, err := os.Lstat(filepath.Join(dotGit, name)); err == nil {
			entries[filepath.Join(at, name)] = "read"
		}
	}
}

// deniedGlob returns a glob in the workspace in a form that Codex treats as a glob, so
// that it looks for matches before each command. Codex would create a missing path that
// is not a glob. The sandbox of the Pod denies paths outside the workspace; classes and
// alternatives are left to it and the guard.
func deniedGlob(glob string) (string, bool) {
	if !inWorkspace(manifest.Directory(glob)) || strings.ContainsAny(glob, `[]{}\`) {
		return "", false
	}
	if strings.ContainsAny(glob, "*?") {
		return glob, glob != "**"
	}
	last := glob[len(glob)-1]
	if last < '0' || last > 'z' || last == '^' {
		return "", false
	}
	return glob[:len(glob)-1] + "[" + string(last) + "]", true
}

// promptRules returns rules with which Codex asks the user about commands, for the
// manifest's ask rules about the start of a command; empty for none.
func promptRules(m *manifest.Manifest) string {
	var b strings.Builder
	for _, words := range prompted(m) {
		b.WriteString("prefix_rule(pattern=[")
		for i, word := range words {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(`"` + word + `"`) // plain words need no escapes
		}
		b.WriteString("], decision=\"prompt\")\n")
	}
	return b.String()
}

// prompted returns the starts of commands, as words, that the manifest asks about.
func prompted(m *manifest.Manifest) [][]string {
	var all [][]string
	for _, r := range m.Permissions.Rules {
		if r.Action != "ask" || r.Tool != grammar.ToolBash {
			continue
		}
		begin := strings.TrimSuffix(strings.TrimSuffix(string(r.Pattern), "*"), " ")
		if words, ok := plainWords(begin); ok && !slices.ContainsFunc(all, func(w []string) bool { return slices.Equal(w, words) }) {
			all = append(all, words)
		}
	}
	return all
}

// asks reports whether the rules written for Codex make it ask about a call. They mostly
// cannot look into a shell, so the call must be one plain command.
func asks(m *manifest.Manifest, call permission.Call) bool {
	if call.Tool != grammar.ToolBash {
		return false
	}
	words, ok := plainWords(call.Command)
	return ok && slices.ContainsFunc(prompted(m), func(begin []string) bool {
		return len(words) >= len(begin) && slices.Equal(words[:len(begin)], begin)
	})
}

// plainWords splits a text into words if a shell would not change any of them.
func plainWords(text string) ([]string, bool) {
	words := strings.Split(text, " ")
	for _, word := range words {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !plainRune(r) }) {
			return nil, false
		}
	}
	return words, !strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "-")
}

func plainRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,=", r)
}
