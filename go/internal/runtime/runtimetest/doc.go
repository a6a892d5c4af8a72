// Package runtimetest tries real agent programs: it starts the plan of a driver in a
// room of its own, with a scripted model and a guard, and returns what happened. It
// starts the program alone: no sandbox and no supervisor.
//
//	func TestMain(m *testing.M) { runtimetest.Main(m) }
//
//	room := runtimetest.New(t, &codex.Driver, script)
//	result := room.Run(room.Launch(runtimetest.Builtin(t, "coder-openai")))
//
// Tests that need the programs have the build tag agents. Programs are looked for in
// the directory INSOMNIA_AGENTS (that of node_modules/.bin), then on PATH.
package runtimetest
