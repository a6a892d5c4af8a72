package legacy

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

var wireAPIs = map[string]string{"anthropic": "anthropic", "openai_chat": "openai-chat", "openai_responses": "openai-responses"}

func (c *converter) model() {
	ref, origin, ok := c.modelRef()
	if !ok {
		return
	}
	provider, _, ok := strings.Cut(ref, "/")
	if !ok {
		c.problem("pattern", "/model/ref", quoted(ref)+" is not a reference to a model").Expected = "provider/model"
		return
	}
	if id, ok := c.text("/model/model_id"); ok && ref != provider+"/"+id {
		c.note("renamed", "/model/model_id", "the model is named by what its API knows it by: "+quoted(provider+"/"+id)+" in place of "+quoted(ref), "")
		ref, origin = provider+"/"+id, "/model/model_id"
	}
	if origin == "" {
		c.assume("model.ref", ref, defaultWhy)
	} else {
		c.set("model.ref", ref, origin)
	}
	c.take("/model/base_url", "model.baseUrl")
	switch scheme, _ := c.text("/model/scheme"); {
	case wireAPIs[scheme] != "":
		c.set("model.wireApi", wireAPIs[scheme], "/model/scheme")
	case scheme == "gemini":
		c.set("model.wireApi", "openai-chat", "/model/scheme")
		c.lost("/model/scheme", "the dialect `gemini` does not exist: the model is called through the address of its provider that speaks openai-chat").
			Hint = "a base_url of the legacy dialect has to be replaced as well"
	}
	if c.at("/model/context_window") != nil {
		c.take("/model/context_window", "model.contextWindowTokens")
		c.lost("/model/max_context_window", "a manifest has one window, the one that is used: context_window")
	} else {
		c.take("/model/max_context_window", "model.contextWindowTokens")
	}
	if key := secretName(provider) + ".api.default"; origin == "" && c.at("/model/auth") == nil {
		c.assume("model.auth", nixtext.SecretRef(key), "")
		c.p.Secrets = append(c.p.Secrets, Secret{Name: key})
	} else {
		c.auth("/model/auth", "model.auth", key)
	}
	if len(c.capabilities()) > 0 {
		c.lost("/model/capability", "what a model can do is not part of a manifest: "+strings.Join(c.capabilities(), ", "))
	}
}

// DefaultModel is the model of a layer that names none: that of builtin:coder.
const DefaultModel = "anthropic/claude-sonnet-5-5"

const defaultWhy = "not in the file; the model of builtin:coder"

// modelRef is the model that a file names, and where. A layer of a legacy
// manifest need not name one: then it is the default, with no origin.
func (c *converter) modelRef() (ref, origin string, ok bool) {
	if ref, ok := c.text("/model/ref"); ok {
		return ref, "/model/ref", true
	}
	scheme, hasScheme := c.text("/model/scheme")
	provider := map[string]string{"anthropic": "anthropic", "openai_chat": "openai", "openai_responses": "openai", "gemini": "google"}[scheme]
	id, hasID := c.text("/model/model_id")
	switch {
	case hasScheme && hasID:
		c.note("default", "/model/model_id", "the model is "+quoted(provider+"/"+id)+": the file names no provider, and this one belongs to the scheme", "")
		return provider + "/" + id, "/model/model_id", true
	case hasID, hasScheme && scheme != "anthropic", c.at("/model/base_url") != nil:
		c.problem("required", "/model/ref", "is missing").Expected = `provider/model, such as "` + DefaultModel + `"`
		return "", "", false
	}
	return DefaultModel, "", true
}

func (c *converter) capabilities() []string {
	t, _ := c.at("/model/capability").(map[string]any)
	names := slices.Sorted(maps.Keys(t))
	if t["reasoning"] == false {
		names = slices.DeleteFunc(names, func(s string) bool { return s == "reasoning" })
	}
	return names
}

func (c *converter) auth(at, path, name string) {
	method, _ := c.text(at + "/kind")
	variable, hasVariable := c.text(at + "/env")
	file, hasFile := c.text(at + "/file")
	ref, hasRef := c.text(at + "/ref")
	if method != "api_key" && (hasVariable || hasFile) || method != "secret_ref" && hasRef {
		c.problem("rule-auth", at, "holds what does not go with the kind "+quoted(method)).Expected = "env or file with api_key, ref with secret_ref"
		return
	}
	switch method {
	case "api_key":
		switch {
		case hasVariable == hasFile:
			c.problem("rule-auth", at, "an api_key has either env or file").Expected = `for example env = "ANTHROPIC_API_KEY"`
		case hasVariable:
			c.secret(path, name, "env:"+variable, at+"/env")
		default:
			c.secret(path, name, "file:"+file, at+"/file")
		}
	case "secret_ref":
		if !hasRef {
			c.problem("required", at+"/ref", "is missing")
			return
		}
		c.secretRef(path, ref, at+"/ref")
	case "codex_oauth":
		c.lost(at+"/kind", "a manifest contains no login of another program; the runtime codex uses its own").
			Hint = "insomnia pod new --runtime codex"
	}
}

// secret writes a reference in place of the legacy manifest's source of a key.
func (c *converter) secret(path, name, from, origin string) {
	c.set(path, nixtext.SecretRef(name), origin)
	s := Secret{Name: name, From: from}
	c.p.Secrets = append(c.p.Secrets, s)
	c.note("secret-bind", origin, "the key is the secret "+diag.Quote(name)+" now", s.Bind())
}

func (c *converter) secretRef(path, ref, origin string) {
	name := secretName(ref)
	if name == "" {
		c.problem("secret-literal", origin, "is not the name of a secret (value not shown)").Expected = "segments of [a-z0-9-] with dots between"
		return
	}
	if c.set(path, nixtext.SecretRef(name), origin); name != ref {
		c.note("renamed", origin, "the secret is named "+diag.Quote(name)+" now", "")
	}
	c.p.Secrets = append(c.p.Secrets, Secret{Name: name})
}

func (c *converter) worker() {
	c.take("/worker/max_tokens", "model.maxOutputTokens")
	c.decimal("/worker/temperature", "model.temperature")
	c.decimal("/worker/top_p", "model.topP")
	switch v := c.at("/worker/reasoning").(type) {
	case string:
		c.set("model.effort", v, "/worker/reasoning")
	case json.Number:
		c.set("model.thinkingBudgetTokens", v, "/worker/reasoning")
	default:
		if c.at("/model/capability/reasoning") == false {
			c.set("model.effort", "none", "/model/capability/reasoning")
		}
	}
	c.take("/worker/instruction", "prompts.system")
	if language, ok := c.text("/worker/language"); ok {
		if languageTag.Get().MatchString(language) {
			c.set("prompts.language", language, "/worker/language")
		} else {
			c.set("prompts.append", []string{"Answer in " + language + "."}, "/worker/language")
			c.note("renamed", "/worker/language", "is not a language tag such as en or pt-BR, so prompts.append states it in words", "")
		}
	}
	c.takeOr("/worker/tool_output/default_max_bytes", "tools.maxOutputBytes", "65536")
	c.take("/worker/max_turns", "limits.maxTurns")
	c.lost("/worker/top_k", "is not part of a manifest")
	c.lost("/worker/stop_sequences", "are not part of a manifest")
	c.lost("/worker/tool_output/per_tool", "all tools share one cap, tools.maxOutputBytes")
	c.lost("/worker/file_upload", "uploads have no cap of their own")
}

var languageTag = pattern.Lazy{Text: manifest.LanguageTag("").Constraint().Pattern}

// decimal rounds to the three decimals of a manifest.
func (c *converter) decimal(pointer, path string) {
	n, ok := c.number(pointer)
	if !ok {
		return
	}
	f, err := n.Float64()
	if err != nil {
		c.problem("type", pointer, "is not a number that a manifest can contain")
		return
	}
	if _, decimals, _ := strings.Cut(n.String(), "."); len(strings.TrimRight(decimals, "0")) <= 3 && !strings.ContainsAny(n.String(), "eE") {
		c.set(path, n, pointer)
		return
	}
	rounded := strconv.FormatFloat(f, 'f', 3, 64)
	c.set(path, json.Number(rounded), pointer)
	c.note("rounded", pointer, "has more than three decimals and is "+rounded+" now", "")
}
