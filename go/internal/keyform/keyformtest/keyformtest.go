// Package keyformtest has texts with and without keys, for tests.
package keyformtest

import "strings"

const (
	lower  = "0123456789abcdefghijklmnopqrstuvwxyz"
	mixed  = "0123456789abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRST"
	capped = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// Keys returns invented keys. Each is put together here, so that no scanner takes this
// file for a leak.
func Keys() []string {
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

// Innocent are texts that only look a little like keys.
func Innocent() []string {
	return []string{
		"", "sk-", "sk-…", "ghp_…", "Bearer …", "Bearer $TOKEN", "Bearer ${GITHUB_TOKEN}", "a bearer token of the user", "Bearer authentication",
		"sk-learn-feature-selection-pipeline", "task-20251129101112131415", "desk-0123456789abcdefghij", "risk-assessment-of-2026-11-29-0001",
		"3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "123e4567-e89b-12d3-a456-426614174000",
		"01ARZ3NDEKTSV4RRFFQ69G5FAV", "h1:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg=",
		"openrouter/anthropic/claude-sonnet-4-5[1m]", "anthropic/claude-opus-4-5-20251101", "accounts/fireworks/models/llama-v3p1-405b-instruct",
		"bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "hf_transfer", "hf_hub/meta-llama/Llama-3.1-8B-Instruct-GGUF",
		"@modelcontextprotocol/server-filesystem@2025.8.21", "/home/ada/.local/share/mcp/servers/github-mcp-server-0.20.1/bin/run",
		"C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\server", "https://npm.example.org/@acme/mcp/-/mcp-1.2.3.tgz", "npm_config_registry",
		"npm_package_dependencies_some_long_name_0", "ghcr.io/github/github-mcp-server:v0.20.1@sha256:" + strings.Repeat("0a1b", 16), "--api-key-env=ANTHROPIC_API_KEY",
		"op://team/tracker/token", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudvjjqpsdf0e6e", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0123456789abcdefghijABCDEFGHIJ0123456789ab ada@host",
		"grep -r 'BEGIN RSA PRIVATE KEY-----' .", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq",
		"AKIA", "AKIAMOUNTAIN", "xoxb-", "eyJhbGciOiJIUzI1NiJ9", "config.eyJhbGciOiJIUzI1NiJ9", "SG.js", "SK.md", "pypi-attestations", "xai-org/grok-1", "lin_api_docs",
		"AI" + "zawa", "ATATT", "glpat-rotation-guide", "gldt-",
	}
}
