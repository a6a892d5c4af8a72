// Package grant computes what a manifest grants, and whether it grants more than
// another.
//
// [Of] computes the grants of a manifest: the commands it may run; the MCP servers,
// hosts and providers it talks to; the destination of each secret; the extent of its
// permissions, tools, sandbox and subagents; and the digests of its texts. A [Set] has
// one canonical form and a digest of it.
//
// [Compare] is a partial order of sets: a set is covered by another if nothing in it
// allows more. Grants that cannot be compared count as allowing more.
//
// fieldlist_test.go lists every field of a manifest: which grant it is, or why it is
// not one. A test compares the list with the types, so that no new field is forgotten.
package grant
