package nix

import (
	"bytes"
	"encoding/json"
	"strings"
)

// event is one line of Nix's internal-json log.
type event struct {
	Action string  `json:"action"`
	ID     uint64  `json:"id"`
	Level  int     `json:"level"`
	Type   int     `json:"type"`
	Text   string  `json:"text"`
	Msg    string  `json:"msg"`
	RawMsg string  `json:"raw_msg"`
	File   string  `json:"file"`
	Line   int     `json:"line"`
	Column int     `json:"column"`
	Trace  []frame `json:"trace"`
}

// frame is one step of an evaluation's trace: what Nix was doing, and where.
type frame struct {
	Message string `json:"raw_msg"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
}

const (
	linePrefix = "@nix "
	// An error with a long trace is one line; it may be longer than all else together.
	maxLine = 16 << 20
)

// stderrReader takes Nix's standard error apart line by line as it comes.
type stderrReader struct {
	limit    int
	exceeded func()
	activity func(event)

	line   []byte
	kept   int
	errors []event
	// errorBytes is the length of their lines.
	errorBytes int
	warnings   []string
	plain      []string
	over       bool
}

func (r *stderrReader) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && !r.over {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			r.line = append(r.line, p...)
			if len(r.line) > maxLine || len(r.line) > r.limit && !bytes.HasPrefix(r.line, []byte(linePrefix)) {
				r.tooMuch()
			}
			break
		}
		r.line = append(r.line, p[:i]...)
		p = p[i+1:]
		r.endLine()
	}
	return n, nil
}

func (r *stderrReader) close() {
	if len(r.line) > 0 && !r.over {
		r.endLine()
	}
}

func (r *stderrReader) tooMuch() {
	r.over, r.line = true, nil
	r.exceeded()
}

func (r *stderrReader) keep(s string) bool {
	if r.kept += len(s) + 1; r.kept > r.limit {
		r.tooMuch()
		return false
	}
	return true
}

func (r *stderrReader) endLine() {
	line := r.line
	r.line = r.line[:0]
	rest, isEvent := bytes.CutPrefix(line, []byte(linePrefix))
	var e event
	if isEvent && json.Unmarshal(rest, &e) == nil {
		r.event(e, len(rest))
		return
	}
	if text := strings.TrimSpace(stripANSI(string(line))); text != "" && r.keep(text) {
		r.plain = append(r.plain, text)
	}
}

// event takes a line of so many bytes.
func (r *stderrReader) event(e event, size int) {
	switch {
	case e.Action == "start" || e.Action == "stop":
		if r.activity != nil {
			r.activity(e)
		}
	case e.Action != "msg":
	case e.Level == 0 && e.RawMsg != "":
		if r.errorBytes += size; r.errorBytes > maxLine {
			r.tooMuch()
			return
		}
		r.errors = append(r.errors, e)
	case e.Level <= 1:
		if text := strings.TrimPrefix(stripANSI(e.Msg), "warning: "); r.keep(text) && !waits(text) {
			r.warnings = append(r.warnings, text)
		}
	default:
		r.keep(e.Msg)
	}
}

// waits reports whether a line means that Nix waits for another process at its
// database. It continues by itself, and is unrelated to the profile.
func waits(text string) bool {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(text, "error: "), "SQLite database '")
	return ok && strings.HasSuffix(rest, "' is busy")
}

// stripANSI removes the color sequences that Nix puts into its messages.
func stripANSI(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+2:]
		j := 0
		for j < len(s) && (s[j] < 0x40 || s[j] > 0x7e) {
			j++
		}
		s = s[min(j+1, len(s)):]
	}
}
