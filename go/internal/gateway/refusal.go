package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// Codes of refusals.
const (
	CodeToken    = "pod_token"
	CodePath     = "pod_path"
	CodeBody     = "pod_body"
	CodeGuard    = "pod_guard"
	CodeModel    = "pod_model"
	CodeTools    = "pod_tools"
	CodePrompt   = "pod_prompt"
	CodeReceipt  = "pod_receipt"
	CodeLimit    = "pod_limit"
	CodeKey      = "pod_key"
	CodeLogin    = "pod_login"
	CodeAccount  = "pod_account"
	CodeRedirect = "pod_redirect"
	CodeEcho     = "pod_echo"
	codeUpstream = "pod_upstream"
	// codeUnreachable: no connection was made, so nothing was sent.
	codeUnreachable = "pod_unreachable"
)

// Refusal is the reason why a request was refused.
type Refusal struct {
	Code string
	// Message is a clause without a full stop that begins with a lowercase letter.
	Message string
	// Request identifies the agent that asked.
	Request runtime.Request
	// Err is the cause if a key could not be read, and nil for every other code. The
	// program does not see it.
	Err error
	// run is set if the refusal ends only the run of a subagent.
	run bool
}

func (r *Refusal) Error() string { return r.Message }

func refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ends reports whether the refusal concerns the Pod itself. It does not if a tool asked
// without the token, a program probed a path, or the request is outside the conversation.
func (r *Refusal) ends() bool {
	return r.Code != CodeToken && r.Code != CodePath && r.Request.Side == "" && !r.run
}

// quote quotes untrusted text.
func quote(text string) string { return diag.Shorten(diag.Quote(clip(text)), 100) }

// answer writes an error in the form that all programs display.
func answer(w http.ResponseWriter, status int, kind, code, message string) {
	type detail struct {
		Type    string `json:"type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body, _ := json.Marshal(struct {
		Type  string `json:"type"`
		Error detail `json:"error"`
	}{"error", detail{kind, code, "Pod gateway: " + message}})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
