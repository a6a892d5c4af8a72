// Package gateway is the proxy between an agent program and the API of its model.
//
//	g, err := gateway.New(config)
//	go g.Server().Serve(listener)   // the unix socket of the Pod
//	used := g.Usage()               // at any time
//
// The program gets a loopback address and a token; only the gateway has the key. It
// checks each request against the manifest of the Pod, and either passes it on byte for
// byte or refuses it with a sentence. Only headers change: the key replaces the token,
// model.headers are added, and compression is turned off so that the token counts can be
// read.
//
// A program with its own login sends that instead of the token. The gateway passes it on
// only to the host that the login is for; commands inside the sandbox do not have it. The
// login in the first request of the conversation is fixed for the whole start, because no
// tool has run by then. Before that, a program may ask about the account of the login.
// The gateway sends its own request with the login and a few short headers of the
// program, and checks the answer.
//
// # Refusals
//
// A refusal has status 402, which every program shows at once without a retry, and the
// body
//
//	{"type":"error","error":{"type":"permission_error","code":"pod_…","message":"Pod gateway: …"}}
//
// and one of these codes, checked in this order:
//
//	pod_token     no token, or a wrong one; no login, or not the first one
//	pod_path      a method, path, query or protocol outside the dialect
//	pod_guard     the guard does not cover the tools of this session
//	pod_body      larger than 64 MiB, compressed, or invalid JSON
//	pod_model     a model that is not in the manifest
//	pod_tools     the request offers a tool that the manifest does not
//	pod_prompt    the first request of a session without the Pod's system prompt
//	pod_receipt   the result of a tool call that the guard never judged
//	pod_key       the key cannot be read
//	pod_login     the API does not accept the login or the subscription of the program
//	pod_account   a Pod cannot serve the account of the login
//	pod_limit     one of the limits is reached
//	pod_redirect  the API answers with a redirect, which the key must not follow
//	pod_echo      the answer contains the key
//
// An unreachable API is not a refusal: it gets status 502 and the code pod_upstream,
// after which programs retry.
//
// # Usage
//
// Tokens are counted from the answers as they stream: input, output, and input read from
// and written to a cache. An answer may lack counts because it ended early or the program
// did not request them. Its tokens are then estimated, high rather than low: one for
// every four bytes of the request, and one for each event of the stream. Costs are in
// millionths of millionths of a US dollar, from the prices in the manifest.
//
// A turn is an answered request in the conversation of the Pod's own agent. Requests of
// subagents, requests outside the conversation and failed requests are not turns, but
// their tokens and cost count. Limits are checked before a request, so answers in
// progress are not cut off.
package gateway
