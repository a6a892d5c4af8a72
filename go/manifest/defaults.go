package manifest

// FillDefaults completes a manifest that was written by hand: each field that
// is missing and has a default gets it, in missing sections, elements of lists
// and entries of maps too. What has no default stays missing, for [Decode] to
// report. Lists keep their order. The problems are those of the text alone.
func FillDefaults(data []byte) ([]byte, []Problem) {
	v, problems := parse(data)
	if len(problems) > 0 {
		return nil, problems
	}
	v = fill(manifestSchema, v)
	// Sets stay in their order: problems of the result name the author's indexes. Numbers stay
	// as they are written: 2e2 is no integer of a manifest.
	return appendCanonical(make([]byte, 0, 2*len(data)), &asWritten, v), nil
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
			if !p.required || v.get(p.name) != nil {
				continue
			}
			if content := p.schema.missing(); content != nil {
				v.members = append(v.members, member{p.name, content})
			}
		}
	}
	return v
}

// missing is what a field gets that is required and not there: its default, or
// a section of defaults; nil when it has neither.
func (s *schema) missing() *value {
	if s.defaultValue != nil {
		return s.defaultValue
	}
	if s.types == kindObject && s.closed && s.merge == "" {
		return fill(s, &value{kind: kindObject})
	}
	return nil
}
