// Package codex is the driver of Codex. It writes the settings of Codex, interprets its
// hooks and requests, and declares which fields of a manifest Codex enforces.
package codex

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/ownrules"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver describes Codex.
var Driver = runtime.Driver{
	Name:      "codex",
	Title:     "Codex",
	Program:   "codex",
	Install:   "npm install -g @openai/codex",
	From:      runtime.Version{0, 171, 0},
	Below:     runtime.Version{0, 172, 0},
	WireAPIs:  []manifest.WireAPI{"openai-responses"},
	Handshake: runtime.PerSession,
	Login: &runtime.Login{
		API: "https://chatgpt.com/backend-api/codex", Renews: []string{"auth.openai.com"}, Renew: "codex", Account: account,
	},
	Leaves:   leaves,
	Unserved: unserved,
	Recorded: recorded,
	Own:      ownrules.Codex,
	Plan:     plan,
	Calls:    calls,
	Asks:     asks,
	Offer:    offer,
	Request:  request,
	Declined: declined,
}
