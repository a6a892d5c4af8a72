package manifest

import "github.com/insomnia-pods/insomnia/go/internal/langtag"

// languageRule holds the language and the region of a tag to those that are registered.
func (c *checker) languageRule(v *value) {
	tag := v.get("prompts").get("language")
	if tag == nil || !manifestSchema.property("prompts").property("language").accepts(tag) {
		return
	}
	problem, instead := langtag.Check(tag.text)
	if problem == "" {
		return
	}
	hint := "write a tag of BCP 47, such as ja or pt-BR"
	if instead != "" {
		hint = "did you mean `" + instead + "`?"
	}
	c.report((*location)(nil).field("prompts").field("language"), "rule-language", problem, "a language tag such as en-GB", hint)
}
