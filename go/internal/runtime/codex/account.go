package codex

import (
	"encoding/json"
	"net/http"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// backend is the path of the API for the account, next to that for the model.
const backend = "/backend-api"

// account lists what Codex asks chatgpt.com before it works with a login: which host
// serves the account, and the policies of a company account. Codex does not start without
// these policies.
var account = []runtime.AccountQuestion{
	{Path: backend + "/wham/accounts/check", Headers: []string{accountHeader, "User-Agent", "Originator", "X-OpenAI-Fedramp"}, Answer: accountAnswer},
	{Path: backend + "/wham/config/bundle", Unserved: "the workspace of the account has policies for Codex, which a Pod does not apply"},
}

const (
	// accountHeader names the account of a request.
	accountHeader = "ChatGPT-Account-ID"
	// origin is the host of a login.
	origin = "https://chatgpt.com"
	// free means that an account has no constraint.
	free = "NO_CONSTRAINT"
)

// accounts is the part of the answer about accounts in which Codex looks for their host.
type accounts struct {
	Accounts []accountEntry `json:"accounts"`
}

type accountEntry struct {
	ID       string `json:"id"`
	Plan     string `json:"plan_type,omitempty"`
	Origin   string `json:"workspace_backend_origin"`
	Override string `json:"account_routing_override"`
}

// accountAnswer tells Codex that chatgpt.com serves the account, since the gateway sends
// its requests there. Without a host, Codex would use that of the gateway, which does not
// have https. An account that requires another host or region is refused, because Codex
// requests neither at our address.
func accountAnswer(headers http.Header, said []byte) (answer []byte, unserved string) {
	var all, told accounts
	if err := json.Unmarshal(said, &all); err != nil {
		return nil, "chatgpt.com does not say in a known form where the account of the login is served"
	}
	id := headers.Get(accountHeader)
	for _, a := range all.Accounts {
		switch {
		case id != "" && a.ID != id:
			continue
		case a.Origin != "" && a.Origin != free && a.Origin != origin:
			return nil, diag.Sprintf("the account of the login is served at %s, and a Pod sends its login to chatgpt.com alone", diag.Shorten(diag.Quote(a.Origin), 100))
		case a.Override != "" && a.Override != free:
			return nil, diag.Sprintf("the account of the login is bound to the region %s, which Codex does not ask for in a Pod", diag.Shorten(diag.Quote(a.Override), 100))
		}
		told.Accounts = append(told.Accounts, accountEntry{a.ID, a.Plan, origin, free})
	}
	if len(told.Accounts) == 0 {
		return nil, "chatgpt.com does not know the account of the login"
	}
	answer, err := json.Marshal(told)
	if err != nil {
		return nil, "chatgpt.com does not say in a known form where the account of the login is served"
	}
	return answer, ""
}
