package guard

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// mostCalls limits how many calls one tool call may be translated into, such as one for
// each file of a patch.
const mostCalls = 1024

// verdict is the decision about a tool call of the program.
type verdict struct {
	action  manifest.Action
	reason  string
	pointer string
	calls   []permission.Call
}

func denied(format string, args ...any) verdict {
	return verdict{action: deny, reason: fmt.Sprintf(format, args...)}
}

// judge answers about one tool call within judgeTime.
func (s *Server) judge(c *connection, a Ask) Answer {
	a.Subagent = s.subagent(a.Subagent)
	s.team.heard(a.Agent)
	v := s.inTime(c, a)
	if a.Call != "" {
		if err := s.receipts.add(a.Call); err != nil {
			v = denied("%v", err)
		}
	}
	v.reason = shortened(v.reason)
	s.tell(Event{
		Kind: Judge, Session: a.Session, Call: a.Call, Tool: a.Tool, Agent: a.Agent, Subagent: a.Subagent,
		Action: v.action, Reason: v.reason, Pointer: v.pointer, Calls: v.calls,
	})
	return Answer{ID: a.ID, Action: v.action, Reason: v.reason}
}

// inTime decides within judgeTime: resolving a path may hang on a network file system.
func (s *Server) inTime(c *connection, a Ask) verdict {
	if s.config.Driver.Handshake == runtime.PerConnection && !c.holds() {
		return denied("the call does not come from the connection of %s", s.config.Driver.Title)
	}
	late := time.NewTimer(judgeTime)
	defer late.Stop()
	tooLate := denied("the guard could not decide within %d s", int(judgeTime.Seconds()))
	select {
	case s.judging <- struct{}{}:
	case <-late.C:
		return tooLate
	}
	decided := make(chan verdict, 1)
	go func() {
		defer func() { <-s.judging }()
		defer func() {
			if recover() != nil {
				decided <- denied("the guard failed to decide")
			}
		}()
		decided <- s.decide(a)
	}()
	select {
	case v := <-decided:
		return s.counted(a, v)
	case <-late.C:
		return tooLate
	}
}

// decide translates a tool call and judges each result: the strictest decision wins.
func (s *Server) decide(a Ask) verdict {
	if a.Agent != "" && a.Subagent == "" {
		return denied("the name of the subagent that calls is not known")
	}
	driver := s.config.Driver
	if driver.Calls == nil {
		return denied("the guard does not know the tools of %s", driver.Title)
	}
	calls, err := driver.Calls(runtime.ToolUse{Tool: a.Tool, Input: a.Input, Directory: a.Directory, Subagent: a.Subagent, Manifest: s.config.Manifest})
	if err == nil {
		err = s.translated(a, calls)
	}
	if err != nil {
		return denied("the guard does not understand the call of %s: %v", named(a.Tool), err)
	}
	v := verdict{action: allow, reason: named(a.Tool) + " changes nothing but what the program keeps of itself"}
	var strictest permission.Decision
	for i, call := range calls {
		call.Subagent = a.Subagent
		call, d := s.config.Site.Decide(s.config.Guard, call)
		v.calls = append(v.calls, call)
		v.calls[i].Real = nil // resolving it queries the file system, and an event is plain data
		if i == 0 || strictness(d.Action) > strictness(strictest.Action) {
			strictest = d
			v.action, v.reason, v.pointer = d.Action, sentence(d), d.Pointer
			if len(calls) > 1 {
				v.reason += about(call)
			}
		}
	}
	return s.answerable(v, strictest)
}

// translated reports what is wrong with a translation.
func (s *Server) translated(a Ask, calls []permission.Call) error {
	driver := s.config.Driver
	switch {
	case len(calls) > mostCalls:
		return fmt.Errorf("it is more than %d calls in one", mostCalls)
	case len(calls) == 0 && (driver.Offer == nil || !driver.Offer(s.config.Manifest, a.Tool).Internal):
		return errors.New("it is not a tool of the manifest")
	}
	for _, call := range calls {
		// Arguments for a server are not parsed here and may have any form.
		if grammar.KindOf(call.Tool) != grammar.KindCall {
			return distinct(a.Input)
		}
	}
	return nil
}

// answerable adapts a verdict of ask to who can ask: it becomes allow if the program asks
// by itself, and deny if no user can be asked.
func (s *Server) answerable(v verdict, d permission.Decision) verdict {
	if v.action != ask {
		return v
	}
	var why, remedy string
	switch driver := s.config.Driver; {
	case s.config.Headless:
		why, remedy = "no user can be asked", "start the Pod in a terminal, or allow it in the profile"
	case len(v.calls) == 1 && v.calls[0].Subagent == "" && driver.Asks != nil && driver.Asks(s.config.Manifest, v.calls[0]):
		v.action, v.reason = allow, driver.Title+" asks the user: "+strings.TrimPrefix(v.reason, "asked about: ")
		return v
	case !driver.Dialog:
		why, remedy = driver.Title+" cannot ask the user", "allow it in the profile"
	default:
		return v
	}
	if d.Rule != nil {
		remedy += " in the place of this rule"
	}
	v.action, v.reason = deny, why+": "+strings.TrimPrefix(v.reason, "asked about: ")+"; to let it run, "+remedy
	return v
}

// counted applies the limits on subagents to a call that begins one.
func (s *Server) counted(a Ask, v verdict) verdict {
	if v.action == deny {
		return v
	}
	for _, call := range v.calls {
		if call.Tool != grammar.ToolAgent {
			continue
		}
		if pointer, err := s.team.reserve(a.Call, a.Agent, call.Argument, a.Subagent != ""); err != nil {
			v.action, v.reason, v.pointer = deny, err.Error(), pointer
			return v
		}
	}
	return v
}

// subagent returns the manifest's name of an agent. It is empty for the Pod's own agent,
// which may have a name in the program.
func (s *Server) subagent(name string) string {
	if name != "" && s.config.Driver.Subagent != nil {
		return s.config.Driver.Subagent(name)
	}
	return name
}

func strictness(action manifest.Action) int {
	switch action {
	case allow:
		return 0
	case ask:
		return 1
	}
	return 2
}
