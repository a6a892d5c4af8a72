package manifest

// FillDefaults completes a manifest that was written by hand: each field that
// is missing and has a default, required or not, gets it, in missing sections, elements of lists
// and entries of maps too. What has no default stays missing, for [Decode] to
// report. Lists keep their order. The problems are those of the text alone.
func FillDefaults(data []byte) ([]byte, []Problem) {
	v, problems := parse(data)
	if len(problems) > 0 {
		return nil, problems
	}
	reached(v)
	v = fill(manifestSchema, v)
	// Sets stay in their order: problems of the result refer to the author's indexes. Numbers
	// stay as they are written: 2e2 is not an integer of a manifest.
	return appendCanonical(make([]byte, 0, 2*len(data)), &asWritten, v), nil
}

// reached sets the type http for MCP servers that have an address and no type.
// lib/manifest/reached.nix does the same.
func reached(v *value) {
	servers := v.get("mcpServers")
	if !servers.is(kindObject) {
		return
	}
	for _, server := range servers.members {
		s := server.value
		if s.get("url") != nil && s.get("type") == nil && s.get("command") == nil {
			s.members = append(s.members, member{"type", &value{kind: kindString, text: "http"}})
		}
	}
}

func fill(s *schema, v *value) *value {
	switch {
	case s == nil, s.merge == "replace" && s.items == nil:
		return v
	case v.kind == kindArray && s.items != nil:
		for i, item := range v.items {
			v.items[i] = fill(s.items, item)
		}
	case v.kind == kindObject:
		for i, m := range v.members {
			v.members[i].value = fill(s.below(m.name), m.value)
		}
		for i := range s.properties {
			p := &s.properties[i]
			if v.get(p.name) != nil || !p.required && p.schema.defaultValue == nil {
				continue
			}
			if content := p.schema.missing(); content != nil {
				v.members = append(v.members, member{p.name, content})
			}
		}
	}
	return v
}

// missing returns the value for an absent field: its default, or a section of defaults;
// nil if it has neither.
func (s *schema) missing() *value {
	if s.defaultValue != nil {
		return s.defaultValue
	}
	if s.types == kindObject && s.closed && s.merge == "" {
		return fill(s, &value{kind: kindObject})
	}
	return nil
}
