package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// talk is the line-by-line interface: nothing is redrawn, nothing is in color, and every
// question lists its possible answers.
type talk struct {
	*Backend
	ctx    context.Context
	out    io.Writer
	lines  chan string
	styles styles // empty
}

// pageWidth is the width of the lines of a page.
const pageWidth = 78

// converse runs until the user quits or the input ends.
func converse(ctx context.Context, b *Backend, o Options) error {
	t := &talk{Backend: b, ctx: ctx, out: o.Out, lines: make(chan string)}
	go func() {
		defer close(t.lines)
		in := bufio.NewScanner(o.In)
		in.Buffer(nil, maxPrompt)
		for in.Scan() {
			select {
			case t.lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	err := t.menu()
	if ctx.Err() != nil {
		return interrupted()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (t *talk) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// ask reads one answer; an empty line means the default in brackets.
func (t *talk) ask(question, otherwise string) (string, error) {
	if otherwise != "" {
		question += " [" + clean(otherwise) + "]"
	}
	fmt.Fprint(t.out, question+": ")
	select {
	case line, ok := <-t.lines:
		if !ok {
			fmt.Fprintln(t.out)
			return "", io.EOF
		}
		if line = strings.TrimSpace(line); line == "" {
			line = otherwise
		}
		return line, nil
	case <-t.ctx.Done():
		fmt.Fprintln(t.out)
		return "", t.ctx.Err()
	}
}

// wrong shows an error and lets the user continue.
func (t *talk) wrong(err error) { t.say("%s", ansi.Strip(report(err))) }

func (t *talk) menu() error {
	for {
		var list Pods
		t.Pods(t.ctx, func(l Pods) { list = l })
		if list.Err != nil {
			t.wrong(list.Err)
		}
		t.say("Insomnia. %s.", count(len(list.Rows), "Pod"))
		for i, p := range list.Rows {
			t.say("%d. %s", i+1, t.pod(p))
		}
		answer, err := t.ask("n for a new Pod, a number to show a Pod, q to quit", "q")
		if err != nil {
			return err
		}
		number, notNumber := strconv.Atoi(answer)
		switch {
		case answer == "q":
			return nil
		case answer == "n":
			err = t.newPod()
		case notNumber == nil && number >= 1 && number <= len(list.Rows):
			err = t.show(list.Rows[number-1])
		default:
			t.say("There is nothing under %s.", clean(answer))
		}
		if errors.Is(err, io.EOF) || t.ctx.Err() != nil {
			return err
		}
		if err != nil {
			t.wrong(err)
		}
		t.say("")
	}
}

// pod returns a line with the content of a row of the list.
func (t *talk) pod(p Pod) string {
	if p.Damage != "" {
		return clean(p.ID) + " is damaged: " + clean(p.Damage)
	}
	text := fmt.Sprintf("%s, profile %s, %s, %s, %s old", clean(p.Name), clean(p.Profile), clean(p.Model), clean(p.State), clean(p.Age))
	if p.Drifted {
		text += ", profile " + clean(p.Now)
	}
	return text
}

func (t *talk) show(p Pod) error {
	if p.Damage != "" {
		t.say("%s", t.pod(p))
		return nil
	}
	d, err := t.Details(t.ctx, p.ID)
	if err != nil {
		return err
	}
	t.page(d.sections())
	return nil
}

func (t *talk) page(sections []section) {
	for _, line := range t.styles.page(sections, pageWidth) {
		t.say("%s", line)
	}
}

func (t *talk) newPod() error {
	ref, err := t.profile()
	if err != nil {
		return err
	}
	in, err := t.inputs()
	if err != nil {
		return err
	}
	t.say("Evaluating …")
	r, err := t.Resolve(t.ctx, ref, in)
	if err != nil {
		return err
	}
	t.page(r.sections())
	answer, err := t.ask("Create this Pod? y or n", "n")
	if err != nil {
		return err
	}
	if answer != "y" && answer != "yes" {
		t.say("Nothing was created.")
		return nil
	}
	created, err := t.Create(t.ctx, r)
	if err != nil {
		return err
	}
	t.say("%s", clean(created.Says))
	return nil
}

// profile asks for a profile, by number or by reference.
func (t *talk) profile() (string, error) {
	t.say("Looking for profiles …")
	var list app.Profiles
	t.Profiles(t.ctx, func(l app.Profiles) { list = l })
	if err := t.ctx.Err(); err != nil {
		return "", err
	}
	var whole []app.Profile
	for _, p := range list.Rows {
		if p.Broken != "" {
			t.say("Broken: %s: %s", clean(p.Ref), clean(p.Broken))
			continue
		}
		whole = append(whole, p)
	}
	for _, problem := range list.Problems {
		t.say("Note: %s", clean(problem.Message))
	}
	for i, p := range whole {
		text := fmt.Sprintf("%d. %s", i+1, clean(p.Ref))
		if p.Default {
			text += " (default)"
		}
		if p.Summary != nil {
			text += ": " + clean(p.Summary.Words)
		}
		t.say("%s", text)
	}
	otherwise := ""
	if list.Default != nil {
		otherwise = list.Default.Ref
	}
	for {
		answer, err := t.ask("Profile: a number, a name, a path or a flake reference", otherwise)
		if err != nil {
			return "", err
		}
		number, notNumber := strconv.Atoi(answer)
		switch {
		case answer == "":
		case notNumber != nil:
			return answer, nil
		case number >= 1 && number <= len(whole):
			return whole[number-1].Ref, nil
		default:
			t.say("%d is not one of the numbers.", number)
		}
	}
}

func (t *talk) inputs() (in manifest.Inputs, err error) {
	for in.Workspace == "" {
		typed, err := t.ask("Workspace", t.Dir)
		if err != nil {
			return in, err
		}
		if in.Workspace, err = app.Workspace(t.Dir, typed); err != nil {
			t.say("%s", clean(diag.From(err).Error()))
		}
	}
	for {
		if in.Name, err = t.ask("Name (empty: from the profile's name)", ""); err != nil {
			return in, err
		}
		if in.Name == "" {
			break
		}
		wrong := pod.CheckName(in.Name)
		if wrong == nil {
			break
		}
		t.say("%s", clean(firstOf(wrong)))
	}
	if in.Runtime, err = t.ask("Runtime (may be empty; none is installed yet)", ""); err != nil {
		return in, err
	}
	in.Prompt, err = t.ask("First prompt (may be empty)", "")
	return in, err
}
