package runtime

import (
	"encoding/json"
	"net/http"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// Driver describes an agent program. Its functions are pure.
type Driver struct {
	// Name is the name of the runtime in flags, configs and manifests, such as claude-code.
	Name string
	// Title is the vendor's name for it, such as Claude Code.
	Title string
	// Program is the name of the executable on PATH.
	Program string
	// Install is the command that installs it, for people.
	Install string
	// From is the first tested version, and Below the first untested version after it.
	From, Below Version
	// WireAPIs are the dialects of model APIs that it speaks.
	WireAPIs []manifest.WireAPI
	// Handshake defines how the gateway recognizes that the guard covers the tools.
	Handshake Handshake
	// Leaves declares how far each field of a manifest is enforced; [Losses] applies it.
	Leaves func() *leaf.Table
	// Login describes the program's own login to a subscription; nil if a Pod cannot use
	// one.
	Login *Login
	// SetupToken describes the subscription token that the program issues for use
	// elsewhere; nil for none. It replaces a key, in this program only.
	SetupToken *SetupToken
	// Dialog is set if the program asks the user about a tool call when the guard answers
	// ask. Without it, or without a user, ask means deny.
	Dialog bool
	// Asks reports whether a program without Dialog asks the user about a call of the Pod's
	// own agent by its own rules, whatever the guard answers: ask then becomes allow. It
	// must be certain. nil for never.
	Asks func(m *manifest.Manifest, call permission.Call) bool

	// Unserved returns the reasons why the program cannot serve a manifest at all; nil if
	// it can. A field that is only approximated is not a reason: its declaration covers it.
	Unserved func(m *manifest.Manifest) []Unserved
	// Recorded reports whether the program has recorded a conversation with an ID, so that
	// it can resume it; state is [Launch.State]. Only the answer false is certain. nil for
	// always.
	Recorded func(state, session string) bool
	// Tree returns the files of a convention that several programs read, with names
	// relative to a project. A runtime with Tree has no program: it can be rendered but not
	// started.
	Tree func(m *manifest.Manifest) ([]File, error)
	// Own returns the permissions of a manifest in the program's own format, for a start
	// without a Pod, with the rules that it cannot express. The names of the files are
	// relative to a directory.
	Own func(m *manifest.Manifest) ([]File, []Gap)
	// Plan returns the plan of a start.
	Plan func(Launch) (*Plan, error)
	// Calls translates a tool call of the program into calls that the guard decides. There
	// are several if a tool changes several files, and each must be allowed. A call that it
	// does not understand is an error, and is denied.
	Calls func(ToolUse) ([]permission.Call, error)
	// Offer translates the name of a tool that a request offers to the model. A tool in a
	// namespace of the Responses API has the name NAMESPACE/NAME. One without a name, such
	// as a tool that the API itself runs, has its type, such as web_search_20250305. The
	// program may spell the names of MCP servers and their tools differently from the
	// manifest.
	Offer func(m *manifest.Manifest, name string) Offer
	// Subagent translates the program's name of a subagent to that of the manifest; nil if
	// they are the same.
	Subagent func(name string) string
	// Request parses the properties that distinguish requests of the program.
	Request func(http.Header) Request
	// Declined reports whether the result of a tool call shows that the program itself
	// rejected the call, so that the guard was never asked: an unknown tool, or invalid
	// arguments. text is the result as sent to the model.
	Declined func(tool, text string) bool
}

// Gap is a rule that a program cannot express with the same meaning.
type Gap struct {
	// Rule is the rule as in the manifest, such as deny bash git push*.
	Rule string
	// Laxer is set if the program allows more; otherwise it allows less.
	Laxer bool
	// Why is a clause.
	Why string
}

// Login describes the login of a program.
type Login struct {
	// API is the address for requests with the login, instead of that of the model; empty
	// for the same.
	API string
	// Renews are the hosts at which the program renews its login. A Pod cannot reach them:
	// a login can be renewed only once, and the result could not be saved from inside.
	Renews []string
	// Account lists the questions about the account of the login that the program asks
	// before its first request.
	Account []AccountQuestion
	// Renew is the command with which the user renews an expired login outside, by sending
	// a message.
	Renew string
}

// SetupToken describes the subscription tokens that a program issues.
type SetupToken struct {
	// Begins is their common prefix.
	Begins string
	// Command creates one.
	Command string
}

// AccountQuestion is a GET request of a program about the account of its login. It is
// forwarded before the guard can be in place.
type AccountQuestion struct {
	// Path is the path of the question, at the gateway and at the host of [Login.API].
	Path string
	// Headers are its headers apart from the login.
	Headers []string
	// Unserved is a clause that explains why such an account cannot be used in a Pod, if
	// Answer is nil.
	Unserved string
	// Answer returns the answer for the program, based on that of the host, or a clause
	// that explains why a Pod cannot use the account. headers are those of the question.
	Answer func(headers http.Header, said []byte) (answer []byte, unserved string)
}

// Handshake defines the meaning of a hello to the guard.
type Handshake string

const (
	// PerSession: each session says hello with its ID when it begins.
	PerSession Handshake = "session"
	// PerConnection: the program holds a connection to the guard while it runs.
	PerConnection Handshake = "connection"
)

// Unserved is a reason why a program cannot serve a manifest.
type Unserved struct {
	// Pointer is the JSON Pointer of the field.
	Pointer string
	// Why is a clause that follows "Codex ": `has no tools that read files but its shell`.
	Why string
}

// ToolUse is a tool call as reported by the program's hook.
type ToolUse struct {
	// Tool is the program's own name, such as Bash or apply_patch.
	Tool string
	// Input holds the model's arguments.
	Input json.RawMessage
	// Directory is the program's absolute working directory; empty if unknown.
	Directory string
	// Subagent is the manifest's name of the subagent that calls; empty for the Pod's own
	// agent.
	Subagent string
	// Manifest is the manifest of the Pod.
	Manifest *manifest.Manifest
}

// Offer identifies a tool in a request.
type Offer struct {
	// Tool is its name in a manifest: bash, mcp__SERVER__TOOL. It is empty if a manifest
	// has no name for it.
	Tool string
	// Internal marks a tool that only keeps the program's own state, such as a list of
	// tasks: it may always be offered.
	Internal bool
	// Nested marks a tool whose calls make further tool calls, which the guard judges with
	// their own IDs: a call of it has no receipt. With an empty Tool it may always be
	// offered.
	Nested bool
}

// Request distinguishes a program's requests to the model's API.
type Request struct {
	// Session is the ID of the session, as in hooks; empty if there is none.
	Session string
	// Subagent is the program's name or ID of the subagent that asks; empty for the Pod's
	// own agent.
	Subagent string
	// Agent is the program's ID of this run of the subagent, as in hooks.
	Agent string
	// Side is the purpose of a request outside the conversation, such as a title; empty for
	// the conversation itself.
	Side string
}
