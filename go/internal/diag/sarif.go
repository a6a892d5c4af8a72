package diag

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
)

// SARIF is a report in the Static Analysis Results Interchange Format 2.1.0 (OASIS), as
// code review services read it. Files below root have addresses relative to it; places
// inside the program, such as builtin:profiles/…, have none and are in the message.
// Nothing of it is a key: it is veiled as every report is. It ends with a newline.
func SARIF(diagnostics []Diagnostic, version, root string) ([]byte, error) {
	run := sarifRun{Results: []sarifResult{}, ColumnKind: "utf16CodeUnits",
		Tool: sarifTool{sarifDriver{"insomnia", version, "https://github.com/insomnia-pods/insomnia", []sarifRule{}}}}
	var rules []string
	for _, d := range diagnostics {
		if !slices.Contains(rules, d.Code) {
			rules = append(rules, d.Code)
		}
	}
	slices.Sort(rules)
	for _, code := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{code})
	}
	for _, d := range diagnostics {
		d = d.veiled()
		text := d.Message
		if d.Path != "" {
			text = d.Path + ": " + text
		}
		if d.Profile != "" {
			text = d.Profile + ": " + text
		}
		for _, more := range [][2]string{{"expected: ", d.Expected}, {"hint: ", d.Hint}} {
			if more[1] != "" {
				text += "\n" + more[0] + more[1]
			}
		}
		result := sarifResult{RuleID: d.Code, RuleIndex: slices.Index(rules, d.Code), Level: string(d.Severity)}
		for i, p := range d.Positions {
			at, ok := sarifPlace(p, root)
			switch {
			case !ok:
				if p.File != "" {
					text += "\nat " + NewText().Place(p)
				}
			case i == 0:
				result.Locations = append(result.Locations, at)
			default:
				result.Related = append(result.Related, at)
			}
		}
		result.Message.Text = Escape(text, true)
		run.Results = append(run.Results, result)
	}
	out, err := json.MarshalIndent(sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}}, "", "  ")
	return append(out, '\n'), err
}

func sarifPlace(p Position, root string) (sarifLocation, bool) {
	if !filepath.IsAbs(p.File) {
		return sarifLocation{}, false
	}
	file := sarifFile{URI: (&url.URL{Scheme: "file", Path: p.File}).String()}
	if rel, err := filepath.Rel(root, p.File); err == nil && filepath.IsLocal(rel) {
		file = sarifFile{(&url.URL{Path: filepath.ToSlash(rel)}).String(), "%SRCROOT%"}
		file.URI = strings.TrimPrefix(file.URI, "./")
	}
	at := sarifLocation{Physical: sarifPhysical{File: file}}
	if p.Line > 0 {
		at.Physical.Region = &sarifRegion{p.Line, column16(p)}
	}
	if p.Note != "" {
		at.Message = &sarifText{Escape(p.Note, false)}
	}
	return at, true
}

// column16 is a column, which counts bytes, in the units of UTF-16 that SARIF counts.
// Where the line is not at hand, it is that of a line in ASCII.
func column16(p Position) int {
	if p.Source == nil || p.Column < 1 {
		return p.Column
	}
	line, ok := p.Source.line(p.Line)
	if !ok || p.Column-1 > len(line) {
		return p.Column
	}
	return len(utf16.Encode([]rune(line[:p.Column-1]))) + 1
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name        string      `json:"name"`
	Version     string      `json:"version"`
	Information string      `json:"informationUri"`
	Rules       []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID string `json:"id"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"` // error, warning or note, as severities are called
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
	Related   []sarifLocation `json:"relatedLocations,omitempty"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	File   sarifFile    `json:"artifactLocation"`
	Region *sarifRegion `json:"region,omitempty"`
}

type sarifFile struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	Line   int `json:"startLine"`
	Column int `json:"startColumn,omitempty"`
}
