package manifest

import "github.com/insomnia-pods/insomnia/go/permission/grammar"

// sandboxRules hold paths and domains to the grammar.
func (c *checker) sandboxRules(v *value) {
	sandbox := v.get("sandbox")
	at := (*location)(nil).field("sandbox")
	known := manifestSchema.property("sandbox")
	domains, network := sandbox.get("allowedDomains"), sandbox.get("network")
	c.strings(at, known, sandbox, "writableRoots", "rule-path", checkRoot)
	c.strings(at, known, sandbox, "denyRead", "rule-path", checkGlob)
	c.strings(at, known, sandbox, "allowedDomains", "rule-domain", grammar.CheckDomain)
	if domains.is(kindArray) && len(domains.items) > 0 && network.is(kindString) && network.text != "allowlist" {
		c.report(at.field("allowedDomains"), "rule-network-domains", "has no effect while network is "+shown(network.text),
			"empty", `set sandbox.network to "allowlist", or remove the domains`)
	}
	search := v.get("web").get("search")
	c.strings((*location)(nil).field("web").field("search"), manifestSchema.property("web").property("search"), search,
		"allowedDomains", "rule-domain", grammar.CheckSearchDomain)
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

// directory holds the working directory of a server to the grammar.
func (c *checker) directory(at *location, section *value, name string, known *schema) {
	if directory := section.get(name); directory != nil && known.accepts(directory) {
		c.refused(at.field(name), "rule-path", grammar.CheckDirectory(directory.text))
	}
}
