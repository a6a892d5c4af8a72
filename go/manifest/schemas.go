package manifest

import "github.com/insomnia-pods/insomnia"

// SchemaJSON returns the JSON Schema of [Manifest], as in lib/schema/manifest.json.
func SchemaJSON() []byte { return schemaFile("manifest") }

// ProfileSchemaJSON is the JSON Schema of a layer of a [Profile], as in
// lib/schema/profile.json.
func ProfileSchemaJSON() []byte { return schemaFile("profile") }

func schemaFile(name string) []byte {
	data, err := insomnia.Library.ReadFile("lib/schema/" + name + ".json")
	if err != nil {
		panic(err) // the file is compiled in; a test reads it
	}
	return data
}
