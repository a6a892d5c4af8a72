package manifest

import "strings"

// AboutTool reports whether an event is about the call of a tool, which a matcher selects.
func (e HookEvent) AboutTool() bool {
	return e == "PreToolUse" || e == "PostToolUse" || e == "PermissionRequest"
}

// Guards reports whether a hook at this event can refuse what the agent is about
// to do: without it the agent may do more.
func (e HookEvent) Guards() bool {
	return e == "PreToolUse" || e == "UserPromptSubmit" || e == "PermissionRequest"
}

// hookRules hold hooks to their events: a matcher that never matches and a guard
// that nothing waits for would be taken for protection.
func (c *checker) hookRules(v *value) {
	hooks := v.get("hooks")
	if !hooks.is(kindArray) || len(hooks.items) == 0 {
		return
	}
	words := vocabularyOf(v)
	fields := manifestSchema.property("hooks").items
	for i, hook := range hooks.items {
		at := (*location)(nil).field("hooks").element(i)
		name, is := hook.textOf("event")
		event := HookEvent(name)
		if !is || !fields.property("event").accepts(hook.get("event")) {
			continue
		}
		if matcher := hook.get("matcher"); fields.property("matcher").accepts(matcher) {
			c.matcherRules(at.field("matcher"), event, matcher.text, words)
		}
		if async := hook.get("async"); event.Guards() && async.is(kindBoolean) && async.text == "true" {
			c.report(at.field("async"), "rule-hook-async", "a hook at "+name+" can refuse only while the session waits for it", "false",
				"remove async, or move the command to PostToolUse")
		}
	}
}

func (c *checker) matcherRules(at *location, event HookEvent, matcher string, words vocabulary) {
	switch {
	case matcher == "*":
	case !event.AboutTool():
		c.report(at, "rule-hook-matcher", string(event)+" has no tool to match", "*", "remove matcher")
	default:
		for name := range strings.SplitSeq(matcher, "|") {
			if words.name.accepts(&value{kind: kindString, text: name}) {
				c.refused(at, "rule-tool-name", words.check(name))
			}
		}
	}
}

type foreignEvent struct{ event, instead string }

// foreignEvents are the events at which other programs run hooks and no Pod does, and
// what to write in place of them; empty where nothing comes near.
var foreignEvents = [...]foreignEvent{
	{"SubagentStart", `event = "PreToolUse" with matcher = "agent"`},
	{"SubagentEnd", `event = "SubagentStop"`},
	{"TeammateIdle", `event = "SubagentStop"`},
	{"TaskCreated", `event = "PreToolUse" with matcher = "agent"`},
	{"TaskCompleted", `event = "SubagentStop"`},
	{"PostToolUseFailure", `event = "PostToolUse"`},
	{"PostToolBatch", `event = "PostToolUse"`},
	{"PermissionDenied", `event = "PermissionRequest"`},
	{"UserPromptExpansion", `event = "UserPromptSubmit"`},
	{"StopFailure", `event = "Stop"`},
	{"PostCompact", `event = "PreCompact"`},
	{"PreCompress", `event = "PreCompact"`},
	{"BeforeTool", `event = "PreToolUse"`},
	{"AfterTool", `event = "PostToolUse"`},
	{"BeforeAgent", `event = "UserPromptSubmit"`},
	{"AfterAgent", `event = "Stop"`},
	{"beforeShellExecution", `event = "PreToolUse" with matcher = "bash"`},
	{"afterShellExecution", `event = "PostToolUse" with matcher = "bash"`},
	{"beforeMCPExecution", `event = "PreToolUse" with matcher = "mcp__*"`},
	{"afterMCPExecution", `event = "PostToolUse" with matcher = "mcp__*"`},
	{"beforeReadFile", `event = "PreToolUse" with matcher = "read"`},
	{"afterFileEdit", `event = "PostToolUse" with matcher = "edit|write"`},
	{"beforeSubmitPrompt", `event = "UserPromptSubmit"`},
	{"tool.execute.before", `event = "PreToolUse"`},
	{"tool.execute.after", `event = "PostToolUse"`},
	{"session.created", `event = "SessionStart"`},
	{"session.idle", `event = "Stop"`},
	{"permission.ask", `event = "PermissionRequest"`},
	{"Setup", `event = "SessionStart"`},
	{"WorktreeCreate", ""},
	{"WorktreeRemove", ""},
	{"ConfigChange", ""},
	{"CwdChanged", ""},
	{"FileChanged", ""},
	{"InstructionsLoaded", ""},
	{"Elicitation", ""},
	{"ElicitationResult", ""},
	{"BeforeModel", ""},
	{"AfterModel", ""},
	{"BeforeToolSelection", ""},
}

// ForeignEvents returns the hints for the events of other programs, for the Nix library.
func ForeignEvents() map[string]string {
	hints := make(map[string]string, len(foreignEvents))
	for i := range foreignEvents {
		hints[foreignEvents[i].event] = foreignEvents[i].hint()
	}
	return hints
}

func (row *foreignEvent) hint() string {
	if row.instead == "" {
		return "no Pod runs hooks at " + row.event + "; remove the hook"
	}
	return "no Pod runs hooks at " + row.event + "; write " + row.instead
}

// enumHint suggests a value in place of one that does not exist.
func (s *schema) enumHint(text string) string {
	if s == manifestSchema.property("hooks").items.property("event") {
		for i := range foreignEvents {
			if strings.EqualFold(foreignEvents[i].event, text) {
				return foreignEvents[i].hint()
			}
		}
	}
	return didYouMean(text, s.enum)
}
