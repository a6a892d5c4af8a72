package words

import (
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// HostFacts are the lines for the hosts of groups: what this machine answered.
func HostFacts(hosts *manifest.Hosts) []Fact {
	var facts []Fact
	for _, group := range hosts.Groups() {
		names := make([]string, len(group.Hosts))
		for i, host := range group.Hosts {
			names[i] = diag.Name(host)
		}
		text := strings.Join(names, " ")
		if text == "" {
			text = "no hosts"
		}
		facts = append(facts, Fact{group.Name, text})
	}
	return facts
}

// HostChanges describes how the hosts of groups differ between two generations of a
// Pod. If only one generation has a group, the difference of the manifests shows that,
// and this still lists its hosts.
func HostChanges(before, after *manifest.Hosts) []Entry {
	var entries []Entry
	say := func(effect Effect, words, group string, hosts []string) {
		if len(hosts) > 0 {
			entries = append(entries, Entry{Group: Sandbox, Effect: effect, Text: diag.Quote(group) + " " + words, Items: diag.QuoteAll(hosts), Pointers: []string{}})
		}
	}
	old := map[string][]string{}
	for _, group := range before.Groups() {
		old[group.Name] = group.Hosts
	}
	for _, group := range after.Groups() {
		was := old[group.Name]
		delete(old, group.Name)
		say(Wider, "now stands for", group.Name, without(group.Hosts, was))
		say(Narrower, "no longer stands for", group.Name, without(was, group.Hosts))
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		say(Narrower, "no longer stands for", name, old[name])
	}
	return entries
}
