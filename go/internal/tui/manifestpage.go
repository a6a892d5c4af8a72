package tui

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// granted describes what a manifest allows a Pod to do, with its rules, programs and
// secrets one by one.
func granted(m *manifest.Manifest, s words.Summary) []section {
	sections := []section{{"What it may do", may(m, s)}}
	for _, part := range []section{
		{"Servers and other programs", programs(m)}, {"Secrets, and who gets them", secrets(m)}, {"Rules", rules(m)},
	} {
		if len(part.facts) > 0 {
			sections = append(sections, part)
		}
	}
	return sections
}

// may returns the facts of the manifest, including those that a summary leaves out.
func may(m *manifest.Manifest, s words.Summary) []words.Fact {
	var facts []words.Fact
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, words.Fact{Name: name, Text: text})
		}
	}
	for _, f := range words.Facts(m, s) {
		switch f.Name {
		case "secrets": // listed by name below
		case "model":
			facts = append(facts, f)
			if m.Model.BaseURL != nil {
				add("model api", string(*m.Model.BaseURL))
			}
		case "sandbox":
			facts = append(facts, f)
			add("writes to", spaced(m.Sandbox.WritableRoots))
			add("never reads", some(m.Sandbox.DenyRead))
			if m.Sandbox.ReadableRoots != nil {
				add("reads outside", cmp.Or(spaced(m.Sandbox.ReadableRoots), "nothing"))
			}
			add("masks", spaced(m.Sandbox.MaskedFiles))
			add("environment", spaced(m.Sandbox.InheritEnv))
			add("sets", spaced(settings(m.Sandbox.Env)))
			add("host ports", ports(m.Sandbox.HostPorts))
			add("published ports", ports(m.Sandbox.PublishedPorts))
			if m.Sandbox.Nix != nil && *m.Sandbox.Nix {
				add("nix", "builds with the daemon, whose builds reach every host")
			}
		default:
			facts = append(facts, f)
		}
	}
	return facts
}

// settings returns variables with their values, sorted.
func settings(env map[manifest.EnvName]manifest.Argument) []string {
	var out []string
	for name, value := range env {
		out = append(out, string(name)+"="+string(value))
	}
	slices.Sort(out)
	return out
}

func ports(list []manifest.Port) string {
	var out []string
	for _, port := range list {
		out = append(out, strconv.FormatInt(int64(port), 10))
	}
	return strings.Join(out, " ")
}

// some returns the first entries of a restrictive list, and how many more there are.
func some[T ~string](list []T) string {
	const few = 5
	if len(list) <= few+1 {
		return spaced(list)
	}
	return spaced(list[:few]) + " and " + count(len(list)-few, "pattern") + " more"
}

func spaced[T ~string](list []T) string {
	names := texts(list)
	for i, name := range names {
		names[i] = diag.Name(name)
	}
	return strings.Join(names, " ")
}

// rules returns the rules of the permissions, denials first.
func rules(m *manifest.Manifest) []words.Fact {
	var facts []words.Fact
	var reason manifest.Line
	for _, action := range []manifest.Action{"deny", "ask", "allow"} {
		for _, r := range m.Permissions.Rules {
			if r.Action != action {
				continue
			}
			text := string(r.Tool) + " " + diag.Quote(string(r.Pattern))
			// adjacent rules usually share their reason
			if r.Reason != nil && *r.Reason != reason {
				reason = *r.Reason
				text += " (" + diag.Cell(string(reason)) + ")"
			}
			facts = append(facts, words.Fact{Name: string(action), Text: text})
		}
	}
	return facts
}

// arguments returns the arguments of a program, with the names of secrets in braces.
func arguments(args []manifest.ArgValue) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg.String()
	}
	return out
}

// programs returns what runs alongside the agent or outside the sandbox: MCP servers,
// hooks, services and host commands.
func programs(m *manifest.Manifest) []words.Fact {
	var facts []words.Fact
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		server := m.MCPServers[name]
		text := ""
		switch {
		case server.Command != nil:
			text = diag.Quote(secret.JoinWords(append([]string{string(*server.Command)}, arguments(server.Args)...)))
		case server.URL != nil:
			text = "at " + diag.Quote(server.URL.String())
		}
		if server.Required {
			text += " (required)"
		}
		facts = append(facts, words.Fact{Name: "mcp " + string(name), Text: text})
	}
	for _, hook := range m.Hooks {
		facts = append(facts, words.Fact{Name: "at " + string(hook.Event), Text: diag.Quote(secret.JoinWords(texts(hook.Command)))})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sandbox.Services)) {
		service := m.Sandbox.Services[name]
		facts = append(facts, words.Fact{Name: "service " + string(name), Text: spaced(service.Methods) + " at " + diag.Quote(string(service.Host)) + ": " + some(service.Paths)})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sandbox.HostCommands)) {
		command := diag.Quote(secret.JoinWords(texts(m.Sandbox.HostCommands[name].Command)))
		facts = append(facts, words.Fact{Name: "host " + string(name), Text: command + " (asked about)"})
	}
	return facts
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func secrets(m *manifest.Manifest) []words.Fact {
	to := map[string][]string{}
	uses := secret.Uses(m)
	for _, use := range uses {
		if text := use.To.String(); !slices.Contains(to[use.Name], text) {
			to[use.Name] = append(to[use.Name], text)
		}
	}
	var facts []words.Fact
	for _, name := range secret.Names(uses) {
		facts = append(facts, words.Fact{Name: name, Text: strings.Join(to[name], ", ")})
	}
	return facts
}
