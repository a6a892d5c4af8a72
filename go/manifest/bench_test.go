package manifest

import "testing"

// What a process pays once, before the first manifest is judged.
func BenchmarkLoadSchema(b *testing.B) {
	data := SchemaJSON()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := loadSchema(data); err != nil {
			b.Fatal(err)
		}
	}
}
