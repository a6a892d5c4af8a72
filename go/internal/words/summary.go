package words

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Summary is the information that helps a user choose a profile.
type Summary struct {
	Name        string `json:"name"` // as the manifest has it
	Description string `json:"description,omitempty"`
	Role        string `json:"role"`
	Variant     string `json:"variant"`
	Model       string `json:"model"`
	WireAPI     string `json:"wireApi"`
	Cost        string `json:"cost,omitempty"` // low, medium or high; empty without known prices
	Mode        string `json:"mode"`           // permissions.mode
	// Window and Threshold are tokens: of the model, and where compaction begins; 0 for never.
	Window     int64 `json:"windowTokens"`
	Threshold  int64 `json:"thresholdTokens"`
	Tools      int   `json:"tools"`                 // -1 for all that are not denied
	Denied     int   `json:"deniedTools,omitempty"` // if Tools is -1
	MCPServers int   `json:"mcpServers"`
	Delegates  int   `json:"delegates"`
	// Ceiling describes the permissions of subagents, if they replace those of the Pod;
	// empty without a ceiling.
	Ceiling string `json:"ceiling,omitempty"`
	Secrets int    `json:"secrets"` // how many; their names are private
	Words   string `json:"words"`   // all of it in plain words
}

// Summarize computes the summary of the canonical bytes of a manifest that was judged.
func Summarize(data []byte) (Summary, error) {
	m, problems := manifest.DecodeJudged(data)
	if len(problems) > 0 {
		return Summary{}, manifest.Problems(problems)
	}
	return SummaryOf(m, data), nil
}

// SummaryOf is Summarize for a manifest that has been decoded from data.
func SummaryOf(m *manifest.Manifest, data []byte) Summary {
	s := Summary{
		Name: string(m.Profile.Name), Description: string(m.Profile.Description), Role: string(m.Profile.Role), Variant: string(m.Profile.Variant),
		Model: string(m.Model.Ref), WireAPI: string(m.Model.WireAPI), Cost: costLevel(m.Model.Prices), Mode: string(m.Permissions.Mode), Window: m.Model.ContextWindowTokens,
		Tools: len(m.Tools.Allow), MCPServers: len(m.MCPServers), Delegates: len(m.Subagents),
		Ceiling: ceilingWords(m),
	}
	if m.Context.Compaction.Strategy != "off" {
		s.Threshold = m.Context.Compaction.ThresholdTokens
	}
	if m.Tools.Default == "allow" {
		s.Tools, s.Denied = -1, len(m.Tools.Deny)
	}
	names := secretNames(data)
	s.Secrets = len(names)
	for name := range names {
		s.Description = strings.ReplaceAll(s.Description, name, "…")
	}
	s.Words = s.words()
	return s
}

// secretNames are the secrets that canonical manifest bytes refer to. In them a
// reference is written in one way, and no text can look like one: a quotation
// mark in a text is escaped.
func secretNames(data []byte) map[string]bool {
	names := map[string]bool{}
	mark := []byte(`{"_type":"` + manifest.SecretRefType + `","name":"`)
	for {
		at := bytes.Index(data, mark)
		if at < 0 {
			return names
		}
		data = data[at+len(mark):]
		if end := bytes.IndexByte(data, '"'); end >= 0 {
			names[string(data[:end])] = true
		}
	}
}

// modeWords describes a permission mode.
func modeWords(mode string) string {
	switch mode {
	case "plan":
		return "plans, changes nothing"
	case "ask":
		return "asks before it changes anything"
	case "acceptEdits":
		return "edits files, asks for the rest"
	case "auto":
		return "acts alone within its rules"
	case "bypass":
		return "acts without asking"
	}
	return ""
}

// costLevel classifies the price of a million tokens of output: low up to 5 dollars, high
// from 15 on.
func costLevel(prices *manifest.Prices) string {
	const dollar = 1_000_000
	switch {
	case prices == nil:
		return ""
	case prices.Output <= 5*dollar:
		return "low"
	case prices.Output < 15*dollar:
		return "medium"
	}
	return "high"
}

// ShortMode describes the permission mode in two words.
func (s Summary) ShortMode() string {
	switch s.Mode {
	case "plan":
		return "only plans"
	case "ask":
		return "asks first"
	case "acceptEdits":
		return "edits, asks"
	case "auto":
		return "acts by rules"
	case "bypass":
		return "never asks"
	}
	return s.Mode
}

// ShortTools counts the tools: `7`, `all`, `all but 2`.
func (s Summary) ShortTools() string {
	switch {
	case s.Tools >= 0:
		return strconv.Itoa(s.Tools)
	case s.Denied > 0:
		return fmt.Sprintf("all but %d", s.Denied)
	}
	return "all"
}

// ShortContext is the context budget: where compaction begins, of the context window.
func (s Summary) ShortContext() string {
	if s.Threshold == 0 {
		return Tokens(s.Window)
	}
	return Tokens(s.Threshold) + "/" + Tokens(s.Window)
}

func (s Summary) words() string {
	what := s.Role
	if what == "custom" {
		what = "a role of its own"
	}
	if s.Variant != "standard" {
		what = s.Variant + " " + what
	}
	parts := []string{what + ": " + modeWords(s.Mode)}
	switch {
	case s.Tools >= 0:
		parts = append(parts, Count(s.Tools, "tool"))
	case s.Denied > 0:
		parts = append(parts, fmt.Sprintf("all tools but %d", s.Denied))
	default:
		parts = append(parts, "all tools")
	}
	if s.MCPServers > 0 {
		parts = append(parts, Count(s.MCPServers, "MCP server"))
	}
	if s.Delegates > 0 {
		parts = append(parts, Count(s.Delegates, "subagent"))
	}
	if s.Ceiling != "" {
		parts = append(parts, "subagents with rights of their own")
	}
	if s.Threshold > 0 {
		parts = append(parts, "compacts at "+Tokens(s.Threshold)+" of "+Tokens(s.Window)+" tokens")
	} else {
		parts = append(parts, Tokens(s.Window)+" tokens, never compacts")
	}
	if s.Secrets > 0 {
		parts = append(parts, "uses "+Count(s.Secrets, "secret"))
	}
	return strings.Join(parts, ", ")
}

// Count writes a number and what is counted.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Tokens writes a number of tokens shortly: 237k, 1M.
func Tokens(n int64) string {
	switch {
	case n >= 1_000_000 && n%100_000 == 0:
		return strconv.FormatFloat(float64(n)/1e6, 'f', -1, 64) + "M"
	case n >= 10_000:
		return strconv.FormatInt((n+500)/1000, 10) + "k"
	}
	return strconv.FormatInt(n, 10)
}
