package manifest

// schema is one node of a JSON Schema in the dialect that this project keeps
// to. The nodes of the two schemas stand in schema_tables.go, which go generate
// writes from the JSON files; a keyword that has no field here is refused there.
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

	// A slot for a secret: anyOf of a reference and either null or the object otherwise.
	secretRef *schema
	otherwise *schema

	defaultValue *value
	merge        string // "", "replace" or "set"
	secret       bool
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
