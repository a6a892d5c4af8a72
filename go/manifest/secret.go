package manifest

import "github.com/go-json-experiment/json"

// The values of _type that mark a secret.
const (
	// SecretRefType marks a reference to a secret.
	SecretRefType = "insomnia.secret-ref/v1"
	// SecretFormatType marks text with secrets in it.
	SecretFormatType = "insomnia.secret-format/v1"
)

// SecretRef names a secret. Where the name leads is bound by the user.
type SecretRef struct {
	// Marks the set as a secret reference.
	Type string `json:"_type" jsonschema_extras:"const=insomnia.secret-ref/v1"`
	// Name of the secret: dot-separated segments.
	Name SecretName `json:"name"`
}

// SecretFormat is text with secrets in it: as many as the template has places.
type SecretFormat struct {
	// Marks the set as text with secrets.
	Type string `json:"_type" jsonschema_extras:"const=insomnia.secret-format/v1"`
	// The text: {} stands for a secret, {{ and }} for a brace.
	Template Template `json:"template"`
	// The secrets, in the order of their places in the template.
	Refs []SecretRef `json:"refs" jsonschema_extras:"x-merge=replace,x-minItems=1,x-maxItems=16"`
}

// LiteralValue is a value that is not a secret.
type LiteralValue struct {
	// The value itself.
	Value Argument `json:"value"`
}

// SecretText is a reference to a secret or text with secrets, told apart by Type:
// with SecretRefType Name is set, with SecretFormatType Template and Refs are.
type SecretText struct {
	Type     string      `json:"_type,omitzero"`
	Name     SecretName  `json:"name,omitzero"`
	Template Template    `json:"template,omitzero"`
	Refs     []SecretRef `json:"refs,omitzero"`
}

// Alternatives returns the types that are allowed as the value.
func (SecretText) Alternatives() []any { return []any{SecretRef{}, SecretFormat{}} }

// Names are the secrets in the text, in its order; one that is used twice is named twice.
func (t SecretText) Names() []SecretName {
	if t.Type == SecretRefType {
		return []SecretName{t.Name}
	}
	names := make([]SecretName, len(t.Refs))
	for i, ref := range t.Refs {
		names[i] = ref.Name
	}
	return names
}

// String shows the text with the name of each secret in braces: "Bearer {team.api}".
func (t SecretText) String() string {
	names, pieces := t.Names(), []string{"", ""}
	if t.Type == SecretFormatType {
		pieces, _ = t.Template.Pieces()
	}
	var out string
	for i, piece := range pieces {
		if out += piece; i < len(pieces)-1 && i < len(names) {
			out += "{" + string(names[i]) + "}"
		}
	}
	return out
}

// EnvValue is a literal or holds a secret: Value is set, or the other fields are as
// in SecretText.
type EnvValue struct {
	// The value itself, if it is not a secret.
	Value *string `json:"value,omitzero"`
	// Set to SecretRefType for a reference, SecretFormatType for text with secrets.
	Type string `json:"_type,omitzero"`
	// Name of the secret, for a reference.
	Name SecretName `json:"name,omitzero"`
	// Text with places for secrets, and the secrets.
	Template Template    `json:"template,omitzero"`
	Refs     []SecretRef `json:"refs,omitzero"`
}

// Secret is the secret that a value holds, or nil for a literal.
func (v EnvValue) Secret() *SecretText {
	if v.Type == "" {
		return nil
	}
	return &SecretText{v.Type, v.Name, v.Template, v.Refs}
}

// Alternatives returns the types that are allowed as the value.
func (EnvValue) Alternatives() []any { return []any{SecretRef{}, SecretFormat{}, LiteralValue{}} }

// ArgValue is an argument of a program: a string, or one that a secret is in.
type ArgValue struct {
	Text   Argument // where Secret is nil
	Secret *SecretText
}

// Alternatives returns the types that are allowed as the value.
func (ArgValue) Alternatives() []any { return []any{Argument(""), SecretRef{}, SecretFormat{}} }

// String shows the argument, with the name of each secret in braces.
func (v ArgValue) String() string {
	if v.Secret != nil {
		return v.Secret.String()
	}
	return string(v.Text)
}

func (v ArgValue) MarshalJSON() ([]byte, error) { return encodeText(v.Text, v.Secret) }

func (v *ArgValue) UnmarshalJSON(data []byte) error { return decodeText(data, &v.Text, &v.Secret) }

// URLValue is an address: a string, or one whose path or query has secrets. Scheme,
// host and port are never secret, so that the destination is known.
type URLValue struct {
	Text   URL // where Secret is nil
	Secret *SecretText
}

// Alternatives returns the types that are allowed as the value.
func (URLValue) Alternatives() []any { return []any{URL(""), SecretFormat{}} }

// String shows the address, with the name of each secret in braces.
func (v URLValue) String() string {
	if v.Secret != nil {
		return v.Secret.String()
	}
	return string(v.Text)
}

func (v URLValue) MarshalJSON() ([]byte, error) { return encodeText(v.Text, v.Secret) }

func (v *URLValue) UnmarshalJSON(data []byte) error { return decodeText(data, &v.Text, &v.Secret) }

func encodeText[T ~string](text T, secret *SecretText) ([]byte, error) {
	if secret != nil {
		return json.Marshal(secret)
	}
	return json.Marshal(text)
}

func decodeText[T ~string](data []byte, text *T, secret **SecretText) error {
	*text, *secret = "", nil
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, text)
	}
	return json.Unmarshal(data, secret, json.RejectUnknownMembers(true))
}
