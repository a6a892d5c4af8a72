package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestReportsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 3<<20)
	e := &Error{Exit: ExitInvalid}
	for i := range 40000 {
		message := long[:39600] // of one text, so that the test itself stays small
		if i < 200 {
			message = fmt.Sprint("problem ", i, long[:400*min(i, 99)])
		}
		e.Diagnostics = append(e.Diagnostics, Diagnostic{Severity: SeverityError, Code: "x", Message: message,
			Path: long[:i], Hint: long[:2*i], Positions: []Position{}})
	}
	var text bytes.Buffer
	if err := NewText().Write(&text, e); err != nil {
		t.Fatal(err)
	}
	if text.Len() > 4<<20 || !strings.Contains(text.String(), "\nand 39900 more\n") || !strings.Contains(text.String(), " bytes more)") {
		t.Errorf("%d bytes, which end with %q", text.Len(), text.String()[max(0, text.Len()-200):])
	}
	var data bytes.Buffer
	if err := WriteJSON(&data, e); err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(data.Bytes(), &report); err != nil || len(report.Diagnostics) != 100 || report.Omitted != 39900 {
		t.Errorf("%v, %d diagnostics and %d more", err, len(report.Diagnostics), report.Omitted)
	}
	if len(e.Diagnostics) != 40000 || len(e.Diagnostics[99].Message) < 19800 {
		t.Error("the error itself was cut")
	}
}

func TestOneLongMessage(t *testing.T) {
	e := Errorf(ExitEvaluation, "throw", "%s", strings.Repeat("x", 5<<20))
	var text bytes.Buffer
	NewText().Write(&text, e)
	if text.Len() > maxText+1000 || !strings.Contains(text.String(), "… (4194304 bytes more)") {
		t.Errorf("%d bytes", text.Len())
	}
}

// A secret is not shown because the problem with it is beyond the bound.
func TestVeiledBeyondTheBound(t *testing.T) {
	at := []Position{{Source: NewSource("hunter2\n"), File: "/x", Line: 1, Column: 1}}
	e := &Error{Exit: ExitInvalid}
	for range 200 {
		e.Diagnostics = append(e.Diagnostics, Diagnostic{Severity: SeverityError, Code: "x", Message: "m", Positions: at})
	}
	e.Diagnostics = append(e.Diagnostics, Diagnostic{Severity: SeverityError, Code: "secret-literal", Message: "m", Positions: at})
	text := &Text{}
	var b bytes.Buffer
	text.Write(&b, e)
	if strings.Contains(b.String(), "hunter2") {
		t.Error(b.String())
	}
}
