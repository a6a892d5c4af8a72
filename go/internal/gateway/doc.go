// Package gateway stands between an agent program and the API of its model.
//
//	g, err := gateway.New(config)
//	go g.Server().Serve(listener)   // the unix socket of the Pod
//	used := g.Usage()               // at any time
//
// The program has a loopback address and a token of its own; the gateway has the key. Each
// request is compared with the manifest of the Pod and passed on as it came, byte for byte,
// or refused with a sentence. Nothing is rewritten but headers: the token is replaced by
// the key, model.headers are added, and the answer is asked for without compression, so
// that what it cost can be read.
//
// A program that uses a login of its own shows that in place of the token, and it is
// passed on: to the host that the login is for, and nowhere else. A command inside the
// sandbox does not have it. What the first request of the conversation shows counts for
// the whole start: that request comes before any tool has run. A question about the account
// of the login that a program asks before is asked anew, with nothing of the program's but
// the login and a few short headers, and its answer is checked.
//
// # Refusals
//
// A refusal is status 402, which all programs show at once and none repeats, with
//
//	{"type":"error","error":{"type":"permission_error","code":"pod_…","message":"Pod gateway: …"}}
//
// and one of these codes, checked in this order:
//
//	pod_token     no token, or another one; no login, or another one than at first
//	pod_path      a method, path, query or protocol that is not that of the dialect
//	pod_guard     the guard does not stand before the tools of this session
//	pod_body      larger than 64 MiB, compressed, or not JSON as it should be
//	pod_model     a model that is not one of the manifest
//	pod_tools     a tool is offered that the manifest does not offer
//	pod_prompt    the first request of a session without the Pod's system prompt
//	pod_receipt   the result of a tool call that the guard never judged
//	pod_key       the key cannot be read
//	pod_login     the API does not accept the login or the subscription of the program
//	pod_account   the account of the login is one that a Pod cannot serve
//	pod_limit     one of limits is reached
//	pod_redirect  the API answers with a redirect, which the key must not follow
//	pod_echo      the answer has the key in it
//
// An API that cannot be reached is no refusal: status 502 and the code pod_upstream, which
// programs try again.
//
// # Usage
//
// Tokens are counted from the answers while they pass: input, output, and input read from
// and written to a cache. An answer that does not say, because it ended early or because
// the program did not ask for it, is estimated, high rather than low: a token for each four
// bytes of the request, and one for each event of the stream. Money is counted in
// millionths of millionths of a US dollar, from the prices of the manifest.
//
// A turn is an answered request of the conversation of the Pod's own agent. Requests of
// subagents, requests outside the conversation and requests that fail are none; their tokens
// and their cost count all the same. A limit is looked at before a request, so that the
// answers under way when it is reached come to their end.
package gateway
