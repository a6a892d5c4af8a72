package keyform_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/keyform/keyformtest"
)

const mixed = "0123456789abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRST"

// around are the places that a key is found in.
var around = []string{"%s", "--key=%s", "https://mcp.example/sse?api_key=%s&x=1", "Authorization: token %s", "export K='%s'", "é%s\n", "{\"key\":\"%s\"}"}

func TestKeysAreFound(t *testing.T) {
	for _, key := range keyformtest.Keys() {
		for _, format := range around {
			text := fmt.Sprintf(format, key)
			if keyform.In(text) == "" {
				t.Errorf("not found: %q", text)
			}
			masked := keyform.Mask(text)
			if len(masked) != len(text) || strings.Contains(masked, key[len(key)-12:]) || keyform.In(masked) != "" {
				t.Errorf("%q became %q", text, masked)
			}
			if strings.ReplaceAll(masked, "*", "") == "" && format != "%s" {
				t.Errorf("all of %q is masked", text)
			}
		}
	}
}

// What a message cut short is masked too.
func TestCutKeysAreMasked(t *testing.T) {
	key := keyformtest.Keys()[0]
	for length := len("sk-ant-") + 1; length < len(key); length++ {
		if masked := keyform.Mask(`"` + key[:length] + "…"); !strings.Contains(masked, strings.Repeat("*", length)) {
			t.Errorf("%d characters: %s", length, masked)
		}
	}
	if got := keyform.Mask("sk-…"); got != "sk-…" {
		t.Errorf("a form is no key: %s", got)
	}
}

func TestTwoKeysAreMasked(t *testing.T) {
	key := "gh" + "p_" + mixed[:36]
	stars := strings.Repeat("*", len(key))
	if got := keyform.Mask("a " + key + " " + key + " b"); got != "a "+stars+" "+stars+" b" {
		t.Error(got)
	}
}

func TestInnocentTexts(t *testing.T) {
	for _, text := range keyformtest.Innocent() {
		for _, format := range around {
			text := fmt.Sprintf(format, text)
			if name := keyform.In(text); name != "" || keyform.Mask(text) != text {
				t.Errorf("%q counts as %s: %s", text, name, keyform.Mask(text))
			}
		}
	}
}

// Images and digests of any bytes hold no keys.
func TestRandomBytes(t *testing.T) {
	for range 200 {
		data := make([]byte, 20_000)
		_, _ = rand.Read(data)
		for _, text := range []string{base64.StdEncoding.EncodeToString(data), fmt.Sprintf("%x", data)} {
			if name := keyform.In(text); name != "" {
				t.Errorf("counts as %s", name)
			}
		}
	}
}

// The project's own texts hold none: prompts, documentation, the library.
func TestOwnTexts(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	for _, folder := range []string{"docs", "lib", "profiles", "templates"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if name := keyform.In(string(data)); name != "" {
				t.Errorf("%s contains what looks like %s", path, name)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// Masking keeps everything but keys, finds nothing the second time, and never fails.
func TestMask(t *testing.T) {
	pieces := append(append(keyformtest.Keys(), keyformtest.Innocent()...), " ", "…", "-", "a", "\n", "\xff")
	for _, form := range keyform.Forms {
		pieces = append(pieces, form.Prefix)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "text"), "")
		masked := keyform.Mask(text)
		if len(masked) != len(text) {
			t.Fatalf("%q became %q", text, masked)
		}
		for i := range len(text) {
			if masked[i] != text[i] && masked[i] != '*' {
				t.Fatalf("%q became %q", text, masked)
			}
		}
		if keyform.In(text) != "" && masked == text {
			t.Fatalf("%q holds a key that is not masked", text)
		}
		if keyform.In(masked) != "" {
			t.Fatalf("%q became %q, which still holds %s", text, masked, keyform.In(masked))
		}
	})
}
