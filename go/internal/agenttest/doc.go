// Package agenttest runs Pods in real agent programs, as a user does. They build the
// program, put a profile into the user's directory, and run `insomnia pod new`, headless
// or in a terminal. Only the model is scripted.
//
// The tests have the build tag agents. They need the programs in the directory
// INSOMNIA_AGENTS (such as node_modules/.bin) or on PATH.
package agenttest
