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
	// codeUnreachable: there was no connection, so that nothing was sent.
	codeUnreachable = "pod_unreachable"
)

// Refusal is a request that was refused.
type Refusal struct {
	Code string
	// Message is a clause without a full stop that begins with a lowercase letter.
	Message string
	// Request is who asked.
	Request runtime.Request
	// Err is why a key could not be read; nil for every other code. It is not shown to the
	// program.
	Err error
	// run says that it ends the run of a subagent alone.
	run bool
}

func (r *Refusal) Error() string { return r.Message }

func refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ends reports whether the refusal says something about the Pod, rather than about who
// asked: a tool without the token, a path that a program tries, a request beside the
// conversation.
func (r *Refusal) ends() bool {
	return r.Code != CodeToken && r.Code != CodePath && r.Request.Side == "" && !r.run
}

// quote quotes a text that came from outside.
func quote(text string) string { return diag.Shorten(diag.Quote(clip(text)), 100) }

// answer writes an error in the form that all programs show.
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
