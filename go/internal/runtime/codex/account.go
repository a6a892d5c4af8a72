package codex

import (
	"encoding/json"
	"net/http"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// backend is the path of the API about the account, beside that of the model.
const backend = "/backend-api"

// account is what Codex asks chatgpt.com before it works with a login: which host serves
// the account, and of an account of a company its policies, without which it does not start.
var account = []runtime.AccountQuestion{
	{Path: backend + "/wham/accounts/check", Headers: []string{accountHeader, "User-Agent", "Originator", "X-OpenAI-Fedramp"}, Answer: accountAnswer},
	{Path: backend + "/wham/config/bundle", Unserved: "the workspace of the account has policies for Codex, which a Pod does not apply"},
}

const (
	// accountHeader has the account that a request is for.
	accountHeader = "ChatGPT-Account-ID"
	// origin is the host of a login.
	origin = "https://chatgpt.com"
	// free is said of an account without a constraint.
	free = "NO_CONSTRAINT"
)

// accounts is what is said of accounts: what Codex reads of it to find their host.
type accounts struct {
	Accounts []accountEntry `json:"accounts"`
}

type accountEntry struct {
	ID       string `json:"id"`
	Plan     string `json:"plan_type,omitempty"`
	Origin   string `json:"workspace_backend_origin"`
	Override string `json:"account_routing_override"`
}

// accountAnswer tells Codex that the account of its login is served at chatgpt.com, where
// the gateway sends its requests. Where nothing is said of a host, Codex would take that of
// the gateway, which is none of https. An account whose requests must go to another host or
// region is refused: at an address of ours Codex asks for neither.
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
