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
)

const (
	lower  = "0123456789abcdefghijklmnopqrstuvwxyz"
	mixed  = "0123456789abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRST"
	capped = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// made are keys that nobody has: each is put together here, so that no scanner takes
// this file for a leak.
func made() []string {
	join := func(parts ...string) string { return strings.Join(parts, "") }
	return []string{
		join("sk", "-ant-", "api03-", strings.Repeat("A", 36)),
		join("sk", "-proj-", mixed),
		join("sk", "-svcacct-", mixed),
		join("sk", "-or-v1-", lower, lower[:28]),
		join("sk", "-", mixed[:48]),
		join("sk", "-", lower[:16], lower[:16]),
		join("sk", "-", strings.Repeat("x", 20)),
		join("gh", "p_", mixed[:36]),
		join("gh", "s_", mixed[:36]),
		join("github", "_pat_", mixed[:22], "_", mixed),
		join("gl", "pat-", mixed[:20]),
		join("AK", "IA", capped[:16]),
		join("AI", "za", mixed[:35]),
		join("xo", "xb-", "123456789012-123456789012-", mixed[:24]),
		join("xa", "pp-", "1-A", capped[:10], "-", lower),
		join("h", "f_", mixed[:34]),
		join("gs", "k_", mixed),
		join("np", "m_", mixed[:36]),
		join("sk", "_live_", mixed[:24]),
		join("S", "G.", mixed[:22], ".", mixed[:43]),
		join("AGE-SECRET", "-KEY-1", capped, capped[:22]),
		join("ey", "JhbGciOiJIUzI1NiJ9", ".ey", "JzdWIiOiIxMjM0In0", ".", mixed[:43]),
		join("Bear", "er ", mixed),
		join("-----BEGIN RSA PRIV", "ATE KEY-----\n", mixed, "\n", mixed),
		join("-----BEGIN PRIV", `ATE KEY-----\n`, mixed),
		join("-----BEGIN PGP PRIV", "ATE KEY BLOCK-----\n\n", mixed),
	}
}

// around are the places that a key is found in.
var around = []string{"%s", "--key=%s", "https://mcp.example/sse?api_key=%s&x=1", "Authorization: token %s", "export K='%s'", "é%s\n", "{\"key\":\"%s\"}"}

func TestKeysAreFound(t *testing.T) {
	for _, key := range made() {
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
	key := made()[0]
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

// innocent are texts that only look a little like keys.
func innocent() []string {
	texts := []string{
		"", "sk-", "sk-…", "ghp_…", "Bearer …", "Bearer $TOKEN", "Bearer ${GITHUB_TOKEN}", "a bearer token of the user", "Bearer authentication",
		"sk-learn-feature-selection-pipeline", "task-20251129101112131415", "desk-0123456789abcdefghij", "risk-assessment-of-2026-11-29-0001",
		"3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "123e4567-e89b-12d3-a456-426614174000",
		"01ARZ3NDEKTSV4RRFFQ69G5FAV", "h1:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg=",
		"openrouter/anthropic/claude-sonnet-4-5[1m]", "anthropic/claude-opus-4-5-20251101", "accounts/fireworks/models/llama-v3p1-405b-instruct",
		"bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "hf_transfer", "hf_hub/meta-llama/Llama-3.1-8B-Instruct-GGUF",
		"@modelcontextprotocol/server-filesystem@2025.8.21", "/home/ada/.local/share/mcp/servers/github-mcp-server-0.20.1/bin/run",
		"C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\server", "https://registry.npmjs.org/@acme/mcp/-/mcp-1.2.3.tgz", "npm_config_registry",
		"npm_package_dependencies_some_long_name_0", "ghcr.io/github/github-mcp-server:v0.20.1@sha256:" + strings.Repeat("0a1b", 16), "--api-key-env=ANTHROPIC_API_KEY",
		"op://team/tracker/token", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudvjjqpsdf0e6e", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0123456789abcdefghijABCDEFGHIJ0123456789ab ada@host",
		"grep -r 'BEGIN RSA PRIVATE KEY-----' .", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq",
		"AKIA", "AKIAMOUNTAIN", "xoxb-", "eyJhbGciOiJIUzI1NiJ9", "config.eyJhbGciOiJIUzI1NiJ9", "SG.js", "SK.md", "pypi-attestations", "xai-org/grok-1", "lin_api_docs",
		"AI" + "zawa", "ATATT", "glpat-rotation-guide", "gldt-",
	}
	return texts
}

func TestInnocentTexts(t *testing.T) {
	for _, text := range innocent() {
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
				t.Errorf("%s holds what looks like %s", path, name)
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
	pieces := append(append(made(), innocent()...), " ", "…", "-", "a", "\n", "\xff")
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
