package mask

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"
)

func TestFile(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{".env", "A=canary\n", "A=masked\n"},
		{".env", "export A='canary'\nB = \"canary\" # canary\n\n# canary\n", "export A=masked\nB = masked\n\n#\n"},
		{".env", "EMPTY=\nA=x", "EMPTY=masked\nA=masked\n"},
		{".env", "\ufeffA=canary\r\nB=canary\r\n", "A=masked\nB=masked\n"},
		{".env", "A=\"one\nCANARY=two\\\"\nthree\"\nB=x\n", "A=masked\n\n\nB=masked\n"},
		{".env", "A='one\nCANARY=two'\nB=x\n", "A=masked\n\nB=masked\n"},
		{".env", "A=\"never closed\nCANARY=canary\n", "A=masked\n\n"},
		{".env", "A=one \\\nCANARY=two\nB=x\n", "A=masked\n\nB=masked\n"},
		{".env", "A=-----BEGIN KEY-----\nCANARYcanary0123456789==\n-----END KEY-----\nB=x\n", "A=masked\n\n\nB=masked\n"},
		{"key", "-----BEGIN KEY-----\nCANARYcanary=\n-----END KEY-----\n", "\n\n\n"},
		{".env", "A=x\nCANARYcanary0123456789==\nCANARYcanary0123456789=\n", "A=masked\n\n\n"},
		{".env", "sk-ant-api03-" + strings.Repeat("Ab3", 30) + "=x\n", "\n"},
		{".env", strings.Repeat("k", 65) + "=x\n", "\n"},
		{".netrc", "machine example.org login canary password canary\n", "\n"},
		{".npmrc", "//registry.example.org/:_authToken=canary\nregistry=https://canary@example.org\n", "\nregistry=masked\n"},
		{".pgpass", "localhost:5432:db:canary:canary\n", "\n"},
		{"credentials", "[default]\naws_secret_access_key = canary\n[a \"canary\"]\n", "[default]\naws_secret_access_key = masked\n\n"},
		{"a.properties", "db.password: canary\ndb.user:canary\n", "db.password: masked\n\n"},
		{"token", "canary\n", "\n"},
		{"a.json", `{"a":"canary","b":[1,true,null,{"c":-2.5}],"a":"canary"}`, "{\n  \"a\": \"masked\",\n  \"b\": [\n    0,\n    false,\n    null,\n    {\n      \"c\": 0\n    }\n  ],\n  \"a\": \"masked\"\n}\n"},
		{"A.JSON", `"canary"`, "\"masked\"\n"},
		{"a.json", `{"ghp_` + strings.Repeat("aB3", 12) + `":1}`, "{\n  \"masked\": 0\n}\n"},
		{"a.toml", "a = 'canary'\nb = 7\n[t]\nd = 2020-01-01\nl = ['canary', true]\n", "a = 'masked'\nb = 0\n\n[t]\nd = 'masked'\nl = ['masked', false]\n"},
	} {
		got, ok := File(test.name, []byte(test.in))
		if !ok || string(got) != test.want {
			t.Errorf("%s %q: %v %q, not %q", test.name, test.in, ok, got, test.want)
		}
	}
	for name, in := range map[string]string{
		"a.json": `{"a":"canary"`, "b.json": `{} canary`, "c.json": "A=canary", "d.json": `{"a":1}{"b":2}`, "a.toml": "a = canary", "a.yaml": "a: canary", "a.yml": "a: |\n  canary",
		"zero": "A=\x00", "latin": "A=\xe9", "large": strings.Repeat("A=b\n", Most/4+1), "e.json": strings.Repeat("[", 20000), "b.toml": strings.Repeat("[", 20000),
	} {
		if got, ok := File(name, []byte(in)); ok {
			t.Errorf("%s has a masked form: %q", name, got)
		}
	}
}

// Whatever a value is, nothing of it is left, and the key is.
func TestNothingOfAValueIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[A-Z][A-Z_]{0,20}`).Draw(t, "key")
		value := rapid.StringOf(rapid.SampledFrom([]rune("xyz\n\r\"'=:#\\ ;[]{}`$-"))).Draw(t, "value")
		check := func(name string, data []byte) {
			got, ok := File(name, data)
			if !ok {
				t.Fatalf("%s: no masked form of %q", name, data)
			}
			if strings.ContainsAny(strings.ReplaceAll(string(got), Placeholder, ""), "xyz") || !strings.Contains(string(got), key) {
				t.Fatalf("%s: %q became %q", name, data, got)
			}
		}
		text, err := json.Marshal(map[string]string{key: value})
		if err != nil {
			t.Fatal(err)
		}
		check("a.json", text)
		if text, err = toml.Marshal(map[string]any{key: []string{value}}); err != nil {
			t.Fatal(err)
		}
		check("a.toml", text)
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		check(".env", []byte(key+`="`+quoted+"\"\nLAST=1\n"))
	})
}

// Masked text stays unchanged, and no text causes a failure.
func FuzzFile(f *testing.F) {
	f.Add(".env", []byte("A=\"b\nC=d\"\nE=f"))
	f.Add("a.json", []byte(`{"a":[1]}`))
	f.Add("a.toml", []byte("[a]\nb = 1"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		once, ok := File(name, data)
		if !ok {
			return
		}
		if twice, ok := File(name, once); ok && string(twice) != string(once) {
			t.Errorf("%q became %q, and that %q", data, once, twice)
		}
	})
}
