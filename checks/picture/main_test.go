package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	picture := draw("\x1b[1;31merror:\x1b[0m no <file>\nplain \x1b[38;5;33mblue\x1b[39m \x1b[48;2;1;2;3mon\x1b[49m\n\n\n", "a & b", 40)
	for _, want := range []string{
		`fill="#e06c75" textLength="50.4" font-weight="bold">error:</text>`,
		`<text x="66.4" y="44.0" fill="#d8dee9" textLength="84.0"> no &lt;file&gt;</text>`,
		`fill="#0087ff" textLength="33.6">blue</text>`,
		`width="16.8" height="19.0" fill="#010203"/>`,
		`>a &amp; b</text>`,
		`viewBox="0 0 368 84"`, // two lines: the empty ones are left out
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %s in\n%s", want, picture)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
