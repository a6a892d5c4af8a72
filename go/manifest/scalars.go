package manifest

import "strings"

// Constraint is the part of the schema about a string type.
type Constraint struct {
	// Anchored ASCII pattern in the common part of RE2, ECMA and POSIX ERE.
	Pattern string
	// Cap in characters; goes with Pattern, where characters are bytes.
	MaxLength int
	// Cap in bytes of UTF-8, for text without a pattern.
	MaxBytes int
	// The only values there are.
	Enum []string
	// Free text, which must not hold a store path.
	Text bool
	// Text without control characters, so that it stays on one line.
	SingleLine bool
	// ASCII letters become lowercase in the canonical form.
	Lower bool
}

// Sizes of text in bytes of UTF-8.
const (
	MaxTextBytes      = 1 << 20
	MaxParagraphBytes = 8192
	MaxLineBytes      = 1024
	MaxArgBytes       = 8192

	MaxPlaceBytes    = 512 // a directory, a glob of files, a domain
	MaxFileNameBytes = 512 // the path of a file of a skill, a context file
)

type (
	// Text is a prompt or a file, of at most 1 MiB.
	Text string
	// Paragraph is a description of one or several lines, of at most 8 KiB.
	Paragraph string
	// Line is a short text for people.
	Line string
	// Argument is one argument or value that is handed to a program as it is.
	Argument string
	// Pattern selects calls of a tool; package grammar parses it.
	Pattern string
	// ProfileName names a profile.
	ProfileName string
	// ProfileRef is a profile as SOURCE:NAME.
	ProfileRef string
	// Tag is a word to group profiles by.
	Tag string
	// ModelRef is a model as provider/model.
	ModelRef string
	// ProviderName names a provider of models or of search.
	ProviderName string
	// ModelID is the name that a provider's API knows a model by.
	ModelID string
	// URL is an address that begins with https:// or http:// and holds no credentials.
	URL string
	// SecretName is the name of a secret: dot-separated segments.
	SecretName string
	// ServerName names an MCP server. It has no two underscores in a row and ends in none,
	// so that mcp__SERVER__TOOL can be taken apart in one way.
	ServerName string
	// SkillName names a skill, a workflow or a delegate: lowercase letters and digits in
	// words, with a hyphen or an underscore between them.
	SkillName string
	// ToolName names a tool; a * at the end stands for any run of characters. Package
	// grammar decides which names a rule or a list of tools may have.
	ToolName string
	// Matcher names the tools that a hook is about, with | between them.
	Matcher string
	// InputName names an input of a workflow.
	InputName string
	// EnvName is the name of an environment variable.
	EnvName string
	// HeaderName is the name of an HTTP header.
	HeaderName string
	// Domain is a host name or an IP address; a leading *. stands for its subdomains.
	// Package grammar decides which there are.
	Domain string
	// Directory is one of the workspace, of the home directory or, from /, of the file
	// system; package grammar decides how it is written.
	Directory string
	// RelativePath is a path below the workspace.
	RelativePath string
	// ContextFile is a glob of files below the workspace; rule-context-file restricts it further.
	ContextFile string
	// FilePath is a path below the directory of a skill; rule-skill-names restricts it further.
	FilePath string
	// PathGlob is a glob over paths of files, from the workspace, from / or from ~/;
	// package grammar parses it.
	PathGlob string
	// Pointer is the place of a string in the manifest, as a JSON pointer.
	Pointer string
	// LanguageTag is a language as a BCP 47 tag.
	LanguageTag string
	// Port is the number of a TCP port.
	Port int64
	// Decimal is a number with at most three decimals, carried as written.
	Decimal float64
)

// MaxPort is the highest number of a port.
const MaxPort = 65535

// MaxDecimals is how many decimals a Decimal may have.
const MaxDecimals = 3

const (
	segment           = `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
	secretPattern     = `^` + segment + `([.]` + segment + `){0,7}$`
	maxSecretSegments = 8

	toolName = `[A-Za-z][A-Za-z0-9_.:-]*[*]?`
	// A-_ is A-Z and the characters [ \ ] ^ _ that follow: there is no way to write ] in
	// a class that is the same in RE2, ECMA and POSIX.
	providerName = `[A-Za-z0-9][A-Za-z0-9._-]*`
	modelID      = `[A-Za-z0-9@~_][A-_a-z0-9.:/@~#+-]*`
	// A name or an IPv6 address in brackets; rule-address parses it.
	urlHost = `([A-Za-z0-9._-]+|[A-_][0-9A-Fa-f:.]+[A-_])`
)

func (Text) Constraint() Constraint { return Constraint{MaxBytes: MaxTextBytes, Text: true} }
func (Paragraph) Constraint() Constraint {
	return Constraint{MaxBytes: MaxParagraphBytes, Text: true}
}
func (Line) Constraint() Constraint {
	return Constraint{MaxBytes: MaxLineBytes, Text: true, SingleLine: true}
}
func (Argument) Constraint() Constraint { return Constraint{MaxBytes: MaxArgBytes, Text: true} }
func (Pattern) Constraint() Constraint {
	return Constraint{MaxBytes: MaxLineBytes, Text: true, SingleLine: true}
}
func (ProfileName) Constraint() Constraint {
	return Constraint{Pattern: `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`, MaxLength: 64}
}
func (ProfileRef) Constraint() Constraint {
	return Constraint{Pattern: `^[a-z0-9]([a-z0-9-]*[a-z0-9])?:[a-z0-9]([a-z0-9-]*[a-z0-9])?$`, MaxLength: 129}
}
func (Tag) Constraint() Constraint {
	return Constraint{Pattern: `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`, MaxLength: 64}
}
func (ModelRef) Constraint() Constraint {
	return Constraint{Pattern: `^` + providerName + `/` + modelID + `$`, MaxLength: 200}
}
func (ProviderName) Constraint() Constraint {
	return Constraint{Pattern: `^` + providerName + `$`, MaxLength: 64}
}
func (ModelID) Constraint() Constraint {
	return Constraint{Pattern: `^` + modelID + `$`, MaxLength: 200}
}
func (URL) Constraint() Constraint {
	return Constraint{Pattern: `^https?://` + urlHost + `(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@&=%+,;!*$()-]*)?$`, MaxLength: 1024}
}
func (SecretName) Constraint() Constraint {
	return Constraint{Pattern: secretPattern, MaxLength: 200}
}

// Valid reports whether a text is a valid name of a secret.
func (n SecretName) Valid() bool {
	return len(n) <= n.Constraint().MaxLength && areSegments(string(n), maxSecretSegments)
}
func (ServerName) Constraint() Constraint {
	return Constraint{Pattern: `^[A-Za-z0-9]+((-+|[._])[A-Za-z0-9]+)*$`, MaxLength: 64}
}
func (SkillName) Constraint() Constraint {
	return Constraint{Pattern: `^[a-z0-9]+([_-][a-z0-9]+)*$`, MaxLength: 64}
}
func (ToolName) Constraint() Constraint {
	return Constraint{Pattern: `^([*]|` + toolName + `)$`, MaxLength: 128}
}
func (Matcher) Constraint() Constraint {
	return Constraint{Pattern: `^([*]|` + toolName + `([|]` + toolName + `)*)$`, MaxLength: 512}
}
func (InputName) Constraint() Constraint {
	return Constraint{Pattern: `^[A-Za-z][A-Za-z0-9_-]*$`, MaxLength: 64}
}
func (EnvName) Constraint() Constraint {
	return Constraint{Pattern: `^[A-Za-z_][A-Za-z0-9_]*$`, MaxLength: 128}
}
func (HeaderName) Constraint() Constraint {
	return Constraint{Pattern: `^[A-Za-z0-9][A-Za-z0-9_-]*$`, MaxLength: 128}
}
func (Domain) Constraint() Constraint {
	return Constraint{MaxBytes: MaxPlaceBytes, Text: true, SingleLine: true, Lower: true}
}
func (Directory) Constraint() Constraint {
	return Constraint{MaxBytes: MaxPlaceBytes, Text: true, SingleLine: true}
}
func (RelativePath) Constraint() Constraint {
	return Constraint{Pattern: `^([.]|[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*(/[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*)*)$`, MaxLength: 512}
}
func (ContextFile) Constraint() Constraint {
	return Constraint{MaxBytes: MaxFileNameBytes, Text: true, SingleLine: true}
}
func (FilePath) Constraint() Constraint {
	return Constraint{MaxBytes: MaxFileNameBytes, Text: true, SingleLine: true}
}

// InWorkspace reports whether a directory is the workspace or below it, as it is written.
func (d Directory) InWorkspace() bool {
	return d != "~" && !strings.HasPrefix(string(d), "~/") && !strings.HasPrefix(string(d), "/")
}
func (PathGlob) Constraint() Constraint {
	return Constraint{MaxBytes: MaxPlaceBytes, Text: true, SingleLine: true}
}
func (Pointer) Constraint() Constraint {
	return Constraint{Pattern: `^(/[A-Za-z0-9_.-]+)+$`, MaxLength: 512}
}
func (LanguageTag) Constraint() Constraint {
	return Constraint{Pattern: `^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`, MaxLength: 35}
}
