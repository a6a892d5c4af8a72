package codex

import (
	"net/http"
	"strings"
	"testing"
)

// Codex is told that its account is served at chatgpt.com, and nothing else; where the
// account is not, it is refused.
func TestAccountAnswer(t *testing.T) {
	here := `{"accounts":[{"id":"ada","plan_type":"plus","workspace_backend_origin":"https://chatgpt.com","account_routing_override":"NO_CONSTRAINT"}]}`
	for name, c := range map[string]struct{ id, said, answer, unserved string }{
		"no constraint": {"ada", `{"accounts":[{"id":"ada","plan_type":"plus","name":"Ada","email":"ada@example.org","workspace_backend_origin":"NO_CONSTRAINT","account_routing_override":"NO_CONSTRAINT"}],"default_account_id":"ada"}`, here, ""},
		"named":         {"ada", here, here, ""},
		"nothing said":  {"ada", `{"accounts":[{"id":"ada","plan_type":"plus"}]}`, here, ""},
		"of several":    {"ada", `{"accounts":[{"id":"work","workspace_backend_origin":"https://eu.example","account_routing_override":"us"},{"id":"ada","plan_type":"plus"}]}`, here, ""},
		"another host":  {"ada", `{"accounts":[{"id":"ada","workspace_backend_origin":"https://gov.chatgpt.com"}]}`, "", "served at `https://gov.chatgpt.com`"},
		"no encryption": {"ada", `{"accounts":[{"id":"ada","workspace_backend_origin":"http://chatgpt.com"}]}`, "", "served at `http://chatgpt.com`"},
		"nearly":        {"ada", `{"accounts":[{"id":"ada","workspace_backend_origin":"https://chatgpt.com.example"}]}`, "", "served at"},
		"a user":        {"ada", `{"accounts":[{"id":"ada","workspace_backend_origin":"https://chatgpt.com@evil.example"}]}`, "", "served at"},
		"a region":      {"ada", `{"accounts":[{"id":"ada","account_routing_override":"us_cr"}]}`, "", "bound to the region `us_cr`"},
		"twice":         {"ada", `{"accounts":[{"id":"ada","plan_type":"plus"},{"id":"ada","workspace_backend_origin":"https://evil.example"}]}`, "", "served at"},
		"unknown":       {"ada", `{"accounts":[{"id":"bob"}]}`, "", "does not know the account"},
		"none":          {"ada", `{}`, "", "does not know the account"},
		"no account":    {"", `{"accounts":[{"id":"work","account_routing_override":"us"}]}`, "", "bound to the region"},
		"not JSON":      {"ada", `<html>`, "", "in a known form"},
		"another form":  {"ada", `{"accounts":{"ada":{}}}`, "", "in a known form"},
		"empty":         {"ada", ``, "", "in a known form"},
	} {
		headers := http.Header{}
		headers.Set(accountHeader, c.id)
		answer, unserved := accountAnswer(headers, []byte(c.said))
		if string(answer) != c.answer || !strings.Contains(unserved, c.unserved) || (c.unserved == "") != (unserved == "") {
			t.Errorf("%s: %s, %q", name, answer, unserved)
		}
	}
}
