package manifest

import (
	"fmt"
	"strings"
)

// formatSecret is the code of the rule about text with secrets; see rules.go.
const formatSecret = "rule-secret-format"

// secretTexts visits the text with secrets of an MCP server, or of a model, which has it
// in headers alone.
func secretTexts(at *location, server *value, visit func(*location, *value)) {
	each := func(at *location, slot *value) {
		if slot.isFormat() {
			visit(at, slot)
		}
	}
	if args := server.get("args"); args.is(kindArray) {
		for i, arg := range args.items {
			each(at.field("args").element(i), arg)
		}
	}
	each(at.field("url"), server.get("url"))
	for _, name := range []string{"env", "headers"} {
		if slots := server.get(name); slots.is(kindObject) {
			for _, m := range slots.members {
				each(at.field(name).field(m.name), m.value)
			}
		}
	}
}

func (c *checker) formatRules(at *location, text *value) {
	template, has := text.textOf("template")
	if !has {
		return
	}
	pieces, err := Template(template).Pieces()
	if err != nil {
		c.report(at.field("template"), formatSecret, "has a brace that is neither {} nor doubled (text not shown)",
			"{} for a secret, {{ or }} for a brace", "write {{ for { and }} for }")
		return
	}
	places := len(pieces) - 1
	if refs := text.get("refs"); refs.is(kindArray) && len(refs.items) != places {
		c.report(at.field("refs"), formatSecret, fmt.Sprintf("has %s, but the template has %s", counted(len(refs.items), "secret"), counted(places, "place")),
			"as many secrets as the template has {}", "write {} where each secret goes")
		return
	}
	if at.key != "url" {
		return
	}
	const hint = `write https://HOST/…{}, or send the secret in headers: headers.Authorization = secrets.format "Bearer {}" (secrets.ref "NAME")`
	_, rest, _ := strings.Cut(pieces[0], "://")
	address, filled := manifestMCPServerSchema.property("url").alternatives[0], strings.Join(pieces, "x")
	switch {
	case !strings.Contains(rest, "/"):
		c.report(at.field("template"), formatSecret, "must not have a secret in its scheme, host or port",
			"an address with a / before the first {}", hint)
	case len(filled) > address.maxLength || !address.pattern.match(filled):
		c.report(at.field("template"), formatSecret, "is not an address (text not shown)", "an address such as https://api.example.org/v1/{}", hint)
	}
}
