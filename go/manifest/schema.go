package manifest

// schema is one node of a JSON Schema in the dialect that this project keeps to. The
// nodes of the two schemas are in schema_tables.go, which go generate writes from the
// JSON files; it refuses keywords that have no field here.
type schema struct {
	types   kind // the kinds that are allowed; 0 for all
	integer bool // numbers must be integers

	properties       []property
	closed           bool    // additionalProperties: false
	additional       *schema // of a free map
	propertyNames    *schema
	minProperties    int
	maxProperties    int
	hasMaxProperties bool

	items       *schema
	minItems    int
	maxItems    int
	hasMaxItems bool
	uniqueItems bool

	enum     []string // nil for any
	constant string   // "" for any
	minimum  string   // the number as written; "" for none
	maximum  string

	minLength    int
	maxLength    int
	hasMaxLength bool
	pattern      *pattern
	maxBytes     int
	hasMaxBytes  bool
	decimals     int
	hasDecimals  bool
	text         bool
	oneLine      bool
	lower        bool // ASCII letters become lowercase in the canonical form

	// A union: one of these judges the value. Its kind, and the _type of an object, select
	// which.
	alternatives []*schema

	defaultValue *value
	merge        string // "", "replace" or "set"
	secret       bool
}

// alternative is the schema of a union that judges a value, or nil when none takes
// its kind. An object goes by its _type; one whose _type none has, to the first that
// has one, and one without to the object that has none, if there is one.
func (s *schema) alternative(v *value) *schema {
	var tagged, plain *schema
	tag := v.get("_type")
	for _, alternative := range s.alternatives {
		if alternative.types&v.kind == 0 {
			continue
		}
		if v.kind != kindObject {
			return alternative
		}
		mark := alternative.property("_type")
		switch {
		case mark == nil:
			plain = alternative
		case tag.is(kindString) && tag.text == mark.constant:
			return alternative
		case tagged == nil:
			tagged = alternative
		}
	}
	if plain != nil && tag == nil || tagged == nil {
		return plain
	}
	return tagged
}

type property struct {
	name     string
	schema   *schema
	required bool
}

func (s *schema) property(name string) *schema {
	for i := range s.properties {
		if s.properties[i].name == name {
			return s.properties[i].schema
		}
	}
	return nil
}
