// Package hook is the command `insomnia pod-hook`, which an agent program runs for its
// hooks. It asks the guard of the Pod and answers in the program's dialect.
//
// Hooks fail open in every program: one that exits with a code other than 2 and prints no
// answer lets the tool run. So this command exits with 2 unless the guard has answered.
package hook

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

const (
	// patience limits the total time of a hook. The guard answers within 5 s, and the
	// program kills the hook much later.
	patience = 8 * time.Second
	// mostInput limits the length of a hook's input, and mostAnswer that of the guard's
	// answer.
	mostInput, mostAnswer = 16 << 20, 64 << 10
)

// blocked is the exit code that blocks a tool in every program.
const blocked = 2

// Main runs the command with the process's own streams. args follow the command's name: a
// runtime or `token`, then the path of the guard's socket. Main returns the exit code and
// reads no config or environment.
func Main(args []string) int {
	signal.Ignore(syscall.SIGPIPE) // the exit code is still 2 if the program does not read the answer
	return run(args, os.Stdin, os.Stdout, os.Stderr, patience)
}

type result struct {
	stdout []byte
	// notice is set for an event that must not block anything. A prompt is never blocked:
	// the gateway refuses its request instead, which ends the program with an error.
	notice bool
	code   int
	err    error
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer, patience time.Duration) int {
	deadline := time.Now().Add(patience)
	done := make(chan result, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- result{err: errors.New("a defect of this program")}
			}
		}()
		done <- answer(args, stdin, deadline)
	}()
	var r result
	select {
	case r = <-done:
	case <-time.After(time.Until(deadline)):
		r.err = fmt.Errorf("no answer within %v", patience)
	}
	var words denial
	switch {
	case r.notice && r.err != nil:
		return 0
	case errors.As(r.err, &words):
		fmt.Fprintln(stderr, string(words))
	case r.err != nil:
		fmt.Fprintf(stderr, "the Pod's guard does not answer: no tool runs (%v)\n", r.err)
		return blocked
	}
	if len(r.stdout) > 0 {
		if _, err := stdout.Write(r.stdout); err != nil {
			return blocked
		}
	}
	return r.code
}

// denial is an error in the guard's words.
type denial string

func (d denial) Error() string { return string(d) }

// answer asks the guard and translates its reply.
func answer(args []string, stdin io.Reader, deadline time.Time) result {
	if len(args) != 2 {
		return result{err: errors.New("usage: insomnia pod-hook RUNTIME|token SOCKET")}
	}
	if args[0] == "token" {
		a, err := ask(args[1], guard.Ask{Kind: guard.Token}, deadline)
		if err == nil && (a.Action != "allow" || a.Token == "") {
			err = denial(reason(a))
		}
		if err != nil {
			return result{err: err, code: blocked}
		}
		return result{stdout: []byte(a.Token + "\n")}
	}
	dialect, ok := dialectOf(args[0])
	if !ok {
		return result{err: fmt.Errorf("it does not know the runtime %.64q", args[0])}
	}
	text, err := io.ReadAll(io.LimitReader(stdin, mostInput+1))
	switch {
	case err != nil:
		return result{err: fmt.Errorf("cannot read what is asked: %w", err)}
	case len(text) > mostInput:
		return result{err: fmt.Errorf("what is asked has more than %d MiB", mostInput>>20)}
	}
	in, err := read(text)
	if err != nil {
		return result{err: fmt.Errorf("cannot read what is asked: %w", err)}
	}
	question, ok := in.question()
	if !ok {
		return result{err: fmt.Errorf("it does not know the event %.64q", in.event)}
	}
	a, err := ask(args[1], question, deadline)
	r := dialect.answer(question.Kind, a, err)
	r.notice = in.event != "PreToolUse" && in.event != "SessionStart"
	return r
}

// ask sends one question to the guard and reads the answer.
func ask(socket string, question guard.Ask, deadline time.Time) (guard.Answer, error) {
	question.ID = "1"
	c, err := (&net.Dialer{Deadline: deadline}).Dial("unix", socket)
	if err != nil {
		return guard.Answer{}, reasonOf(err)
	}
	defer c.Close()
	c.SetDeadline(deadline)
	line, err := json.Marshal(question)
	if err != nil {
		return guard.Answer{}, errors.New("cannot write what is asked")
	}
	// The guard may answer and close before it has read everything.
	wrote := make(chan error, 1)
	go func() {
		_, err := c.Write(append(line, '\n'))
		wrote <- err
	}()
	read, err := bufio.NewReaderSize(io.LimitReader(c, mostAnswer), mostAnswer).ReadSlice('\n')
	if err != nil {
		select {
		case failed := <-wrote:
			if failed != nil {
				err = failed
			}
		default:
		}
		return guard.Answer{}, reasonOf(err)
	}
	a, err := readAnswer(read)
	if err == nil && a.ID != question.ID && !(a.ID == "" && a.Action == "deny") {
		err = errors.New("the answer is one to another question")
	}
	return a, err
}

func readAnswer(line []byte) (guard.Answer, error) {
	var a guard.Answer
	var action string
	err := jsonread.New(line).Whole(func(name string) any {
		switch name {
		case "id":
			return &a.ID
		case "action":
			return &action
		case "reason":
			return &a.Reason
		case "token":
			return &a.Token
		}
		return nil
	})
	a.Action = manifest.Action(action)
	switch {
	case err != nil:
		return a, errors.New("the answer cannot be read")
	case action != "allow" && action != "ask" && action != "deny":
		return a, errors.New("the answer is none of allow, ask, deny")
	}
	return a, nil
}

// reasonOf describes a failed connection without its path.
func reasonOf(err error) error {
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("no answer in time")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the connection was closed")
	case errors.As(err, &op):
		var call *os.SyscallError
		if errors.As(op.Err, &call) {
			return call.Err
		}
		return op.Err
	}
	return err
}

// reason returns why the guard denies. It is never empty: Codex ignores a denial without
// a reason.
func reason(a guard.Answer) string {
	if a.Reason == "" {
		return "the Pod's guard denies it"
	}
	return a.Reason
}
