// Package grant computes what a manifest grants, and whether it grants more than
// another one does.
//
// [Of] computes the grants of a manifest: which commands it may run, which MCP
// servers, hosts and providers it talks to, which secret goes where, how far its
// permissions, tools, sandbox and subagents go, and its texts by their digests.
// A [Set] has one canonical form and a digest of it.
//
// [Compare] is a partial order of sets: a set is covered by another when nothing
// in it goes further. What cannot be compared counts as going further.
//
// fieldlist_test.go lists every field of a manifest: which grant it is, or why it is
// none. A test holds the list to the types, so that a new field cannot be forgotten.
package grant
