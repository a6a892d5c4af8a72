// Package runtimetest tests real agent programs. It starts the plan of a driver in a
// separate room with a scripted model and a guard, and returns what happened. It starts
// only the program, without a sandbox or a supervisor.
//
//	func TestMain(m *testing.M) { runtimetest.Main(m) }
//
//	room := runtimetest.New(t, &codex.Driver, script)
//	result := room.Run(room.Launch(runtimetest.Builtin(t, "coder-openai")))
//
// Tests that need the programs have the build tag agents. Programs are searched in the
// directory INSOMNIA_AGENTS (such as node_modules/.bin), then on PATH.
package runtimetest
