# The tools that are not of MCP servers. go/permission/grammar has the same set; a Go
# test holds both together.
[
  "read"
  "edit"
  "write"
  "bash"
  "grep"
  "glob"
  "webfetch"
  "websearch"
  "agent"
  "skill"
]
