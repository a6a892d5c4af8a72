package runtime

import (
	"encoding/json"
	"net/http"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// Driver is what is known of an agent program. Its functions are pure.
type Driver struct {
	// Name is that of the runtime in flags, configs and manifests: claude-code.
	Name string
	// Title is what its makers call it: Claude Code.
	Title string
	// Program is the name that it is found by on PATH.
	Program string
	// Install is the command that installs it, for people.
	Install string
	// From is the first version that has been tried, and Below the first that has not.
	From, Below Version
	// WireAPIs are the dialects of model APIs that it speaks.
	WireAPIs []manifest.WireAPI
	// Handshake is how the gateway knows that the guard stands before the tools.
	Handshake Handshake
	// Leaves declares how far each field of a manifest holds; [Losses] applies it.
	Leaves func() *leaf.Table
	// Login is the program's own login to a subscription; nil where a Pod cannot use one.
	Login *Login
	// SetupToken is the token for a subscription that the program makes for use elsewhere; nil
	// for none. It takes the place of a key, in this program alone.
	SetupToken *SetupToken
	// Dialog says that the program asks the user about a tool call when the guard says ask.
	// Without it, or without a user, ask is deny.
	Dialog bool
	// Asks reports whether a program without Dialog asks the user about a call of the Pod's
	// own agent by rules of its own, whatever the guard says: `ask` is allow then. It must be
	// sure. nil for never.
	Asks func(m *manifest.Manifest, call permission.Call) bool

	// Unserved tells why the program cannot serve a manifest at all; nil where it can.
	// Fields that it only approximates are no reason: those are declared.
	Unserved func(m *manifest.Manifest) []Unserved
	// Recorded reports whether the program has recorded a conversation, so that it can go on
	// with it, by its ID; state is [Launch.State]. It is sure of no. nil for always.
	Recorded func(state, session string) bool
	// Tree are the files of a convention that several programs read, by their names below a
	// project. A runtime that has one has no program: it can be rendered, and not started.
	Tree func(m *manifest.Manifest) ([]File, error)
	// Own are the permissions of a manifest in the program's own words, for a start without a
	// Pod, with what they cannot say. The names of the files are below a directory.
	Own func(m *manifest.Manifest) ([]File, []Gap)
	// Plan makes the plan of a start.
	Plan func(Launch) (*Plan, error)
	// Calls translates a tool call of the program into calls that the guard decides;
	// several for a tool that changes several files. Each of them must be allowed. A call
	// that it does not understand is an error, and is denied.
	Calls func(ToolUse) ([]permission.Call, error)
	// Offer translates the name of a tool that a request offers to the model. A tool in a
	// namespace of the Responses API has the name NAMESPACE/NAME; one without a name, such as
	// a tool that the API itself runs, has its type, as web_search_20250305. Names of MCP
	// servers and their tools differ in a program: the manifest has theirs.
	Offer func(m *manifest.Manifest, name string) Offer
	// Subagent translates the program's name of a subagent into that of the manifest; nil
	// where both are the same.
	Subagent func(name string) string
	// Request reads what tells requests of the program apart.
	Request func(http.Header) Request
	// Declined reports whether the result of a tool call says that the program itself
	// turned the call down, so that the guard was never asked: a tool that it does not
	// know, arguments that it cannot read. text is the result as the model gets it.
	Declined func(tool, text string) bool
}

// Gap is a rule that a program cannot say with the same meaning.
type Gap struct {
	// Rule is the rule as the manifest has it: deny bash git push*.
	Rule string
	// Laxer says that the program lets through more; else it holds back more.
	Laxer bool
	// Why is a clause.
	Why string
}

// Login is what is known of the login of a program.
type Login struct {
	// API is the address that requests with the login go to, in place of that of the model;
	// empty for the same.
	API string
	// Renews are the hosts at which the program renews its login. A Pod reaches none of
	// them: a login can be renewed once, and what is renewed inside could not be written
	// back.
	Renews []string
	// Account are the questions about the account of the login that the program asks before
	// its first request.
	Account []AccountQuestion
	// Renew is the command by which the user renews an expired login outside, by sending a
	// message.
	Renew string
}

// SetupToken is what is known of the tokens for a subscription that a program makes.
type SetupToken struct {
	// Begins is how each of them begins.
	Begins string
	// Command makes one.
	Command string
}

// AccountQuestion is a question of a program about the account of its login, a GET. It is
// passed on before the guard can be in place.
type AccountQuestion struct {
	// Path is the path of the question, at the gateway and at the host of [Login.API].
	Path string
	// Headers are the headers that it has besides the login.
	Headers []string
	// Unserved is why an account that is asked so about cannot be used in a Pod, as a clause,
	// where Answer is nil.
	Unserved string
	// Answer is what the program is told, from what the host says, or why the account cannot
	// be used in a Pod, as a clause. headers are those of the question.
	Answer func(headers http.Header, said []byte) (answer []byte, unserved string)
}

// Handshake is what a hello of the guard stands for.
type Handshake string

const (
	// PerSession: each session says hello when it begins, by its ID.
	PerSession Handshake = "session"
	// PerConnection: the program holds a connection to the guard for as long as it runs.
	PerConnection Handshake = "connection"
)

// Unserved is a reason why a program cannot serve a manifest.
type Unserved struct {
	// Pointer is the JSON Pointer of the field.
	Pointer string
	// Why is a clause that follows "Codex ": `has no tools that read files but its shell`.
	Why string
}

// ToolUse is a tool call as the program's hook reports it.
type ToolUse struct {
	// Tool is the program's own name, such as Bash or apply_patch.
	Tool string
	// Input is what the model gave to the tool.
	Input json.RawMessage
	// Directory is where the program works, absolute; empty where it does not say.
	Directory string
	// Subagent is the name of the subagent that calls, as in the manifest; empty for the
	// Pod's own agent.
	Subagent string
	// Manifest is that of the Pod.
	Manifest *manifest.Manifest
}

// Offer is what a tool in a request is.
type Offer struct {
	// Tool is its name in a manifest: bash, mcp__SERVER__TOOL. Empty where it is none of them.
	Tool string
	// Internal marks a tool that only keeps the program's own state, such as a list of
	// tasks: it may always be offered.
	Internal bool
	// Nested marks a tool whose calls make calls of other tools, which the guard is asked
	// about by IDs of their own: a call of it has no receipt. With an empty Tool it may
	// always be offered.
	Nested bool
}

// Request is what tells requests of a program to the model's API apart.
type Request struct {
	// Session is the ID of the session, as hooks have it; empty where there is none.
	Session string
	// Subagent is the program's name or ID of the subagent that asks; empty for the Pod's
	// own agent.
	Subagent string
	// Agent is the program's ID of this run of the subagent, as hooks have it.
	Agent string
	// Side says what a request outside the conversation is for, such as a title; empty for
	// one of the conversation.
	Side string
}
