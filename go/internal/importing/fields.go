package importing

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

var (
	serverTool = pattern.Lazy{Text: `^[A-Za-z][A-Za-z0-9_.:-]*[*]?$`}
	address    = pattern.Lazy{Text: `^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@&=%+,;!*$()-]*)?$`}
)

// unknown notes the fields of an object that were not read; known are names with a blank
// between them.
func (f *Found) unknown(n *doctree.Node, known string) {
	f.others(n, known, nil)
}

// others is unknown with reasons for fields that have no counterpart.
func (f *Found) others(n *doctree.Node, known string, reasons map[string]string) {
	if n == nil {
		return
	}
	var names []string
	var at *doctree.Node
	for _, name := range n.Keys {
		if strings.Contains(" "+known+" ", " "+name+" ") || strings.HasPrefix(name, "$") || strings.HasPrefix(name, "//") || strings.HasPrefix(name, "_") {
			continue
		}
		if f.Program == "rulesync" && strings.Contains(rulesyncTargets, " "+name+" ") {
			continue // what other programs are told
		}
		v := n.Get(name)
		if reason := reasons[name]; reason != "" {
			f.note(Lost, v.At, v.Path, reason)
			continue
		}
		if names = append(names, v.Path); at == nil {
			at = v
		}
	}
	if len(names) > 8 {
		names = append(names[:8:8], "…")
	}
	if at != nil {
		f.note(Lost, at.At, strings.Join(names, ", "), "a profile has no such field")
	}
}

// rulesyncTargets are fields for one program, and who a file is for.
const rulesyncTargets = " targets claudecode claudecode-legacy opencode codexcli cursor geminicli copilot cline roo kilo agentsmd antigravity copilotcli kiro qwencode warp windsurf zed factorydroid rovodev takt deepagents goose amazonqcli junie augmentcode replit simulated "

// directory reports whether a profile can name a directory so.
func directory(text string) bool {
	return text != "" && !mayHold(text) && grammar.CheckDirectory(text) == nil
}

// fileGlob reports whether sandbox.denyRead can have a glob.
func fileGlob(text string) bool {
	_, err := grammar.ParseFileGlob(text)
	return text != "" && text != "*" && err == nil
}

// domain adds a host that commands may reach.
func (f *Found) domain(n *doctree.Node) {
	text, ok := n.String()
	if !ok || text == "*" || grammar.CheckDomain(strings.ToLower(text)) != nil {
		f.note(Lost, n.At, n.Path, "is not a host that a profile can have")
		return
	}
	f.Domains = appendNew(f.Domains, strings.ToLower(text))
}

// contextFile reports whether a profile can name a file of the workspace so.
func contextFile(text string) bool {
	if text == "" || len(text) > 500 || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") || strings.ContainsAny(text, "[]{}\\!$\x00\n") {
		return false
	}
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || part == "." || part == ".." || strings.Contains(part, "**") && part != "**" {
			return false
		}
	}
	return !strings.HasSuffix(text, "**")
}
