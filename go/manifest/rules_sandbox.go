package manifest

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// sandboxRules hold paths and domains to the grammar.
func (c *checker) sandboxRules(v *value) {
	sandbox := v.get("sandbox")
	at := (*location)(nil).field("sandbox")
	known := manifestSchema.property("sandbox")
	domains, network := sandbox.get("allowedDomains"), sandbox.get("network")
	c.places(at, known, sandbox)
	c.strings(at, known, sandbox, "readableRoots", "rule-path", checkReadable)
	c.strings(at, known, sandbox, "maskedFiles", "rule-path", checkMasked)
	c.envRules(at, sandbox)
	c.nixRules(at, sandbox)
	if domains.is(kindArray) && len(domains.items) > 0 && network.is(kindString) && network.text != "allowlist" {
		c.report(at.field("allowedDomains"), "rule-network-domains", "has no effect while network is "+shown(network.text),
			"empty", `set sandbox.network to "allowlist", or remove the domains`)
	}
	search := v.get("web").get("search")
	c.strings((*location)(nil).field("web").field("search"), manifestSchema.property("web").property("search"), search,
		"allowedDomains", "rule-domain", grammar.CheckSearchDomain)
}

// places holds the paths and domains of a sandbox, the Pod's or a subagent's, to the grammar.
func (c *checker) places(at *location, known *schema, sandbox *value) {
	c.strings(at, known, sandbox, "writableRoots", "rule-path", checkRoot)
	c.strings(at, known, sandbox, "denyRead", "rule-path", checkGlob)
	c.strings(at, known, sandbox, "allowedDomains", "rule-domain", grammar.CheckDomain)
}

// strings holds each string of a list to a grammar.
func (c *checker) strings(at *location, known *schema, section *value, name, code string, check func(string) error) {
	list := section.get(name)
	if !list.is(kindArray) || len(list.items) == 0 {
		return
	}
	items := known.property(name).items
	for i, item := range list.items {
		if items.accepts(item) {
			c.refused(at.field(name).element(i), code, check(item.text))
		}
	}
}

func checkGlob(text string) error {
	_, err := grammar.ParseFileGlob(text)
	return err
}

// checkRoot refuses what no list of directories should hold: it would seem to be a
// limit, and be none.
func checkRoot(text string) error {
	switch text {
	case "/":
		return &grammar.Problem{Message: "directory `/`: the whole file system", Hint: `write the directories, or set sandbox.filesystem to "full"`}
	case "~":
		return &grammar.Problem{Message: "directory `~`: the whole home directory, with the keys and settings of all programs", Hint: "write the directories in it, such as `~/.cache`"}
	}
	return grammar.CheckDirectory(text)
}

// checkReadable refuses what is readable anyway.
func checkReadable(text string) error {
	if err := checkRoot(text); err != nil {
		return err
	}
	if Directory(text).InWorkspace() {
		return &grammar.Problem{Message: "directory " + diag.Quote(text) + ": the workspace is always readable", Hint: "remove it; what is not to be read in the workspace belongs in denyRead"}
	}
	return nil
}

// checkMasked accepts a file of the workspace.
func checkMasked(text string) error {
	if err := grammar.CheckDirectory(text); err != nil {
		return err
	}
	if text == "." || !Directory(text).InWorkspace() {
		return &grammar.Problem{Message: "file " + diag.Quote(text) + ": must be in the workspace", Hint: "write its path from the workspace, such as `.env`; keep others from being read with denyRead"}
	}
	return nil
}

// envRules report a variable that is both set and inherited.
func (c *checker) envRules(at *location, sandbox *value) {
	env, inherit := sandbox.get("env"), sandbox.get("inheritEnv")
	if !env.is(kindObject) || len(env.members) == 0 || !inherit.is(kindArray) {
		return
	}
	inherited := make(map[string]bool, len(inherit.items))
	for _, item := range inherit.items {
		if item.is(kindString) {
			inherited[item.text] = true
		}
	}
	for _, m := range env.members {
		if inherited[m.name] {
			c.report(at.field("env").field(m.name), "rule-sandbox-env", "must not be both set here and listed in inheritEnv", "one of the two", "remove one of the two")
		}
	}
}

// nixRules report a daemon whose builds reach more than the network that is granted.
func (c *checker) nixRules(at *location, sandbox *value) {
	nix, network, domains := sandbox.get("nix"), sandbox.get("network"), sandbox.get("allowedDomains")
	if !nix.is(kindBoolean) || nix.text != "true" || !network.is(kindString) || network.text == "full" {
		return
	}
	declared := domains.is(kindArray) && slices.ContainsFunc(domains.items, func(v *value) bool { return v.is(kindString) && v.text == grammar.GroupNix })
	if network.text == "none" || network.text == "allowlist" && !declared {
		c.report(at.field("nix"), "rule-nix-network", "builds of the Nix daemon reach every host, but network is "+shown(network.text), "a network that allows it",
			"set network = \"allowlist\" and add `@nix` to allowedDomains, or remove nix")
	}
}

// directory holds the working directory of a server to the grammar.
func (c *checker) directory(at *location, section *value, name string, known *schema) {
	if directory := section.get(name); directory != nil && known.accepts(directory) {
		c.refused(at.field(name), "rule-path", grammar.CheckDirectory(directory.text))
	}
}
