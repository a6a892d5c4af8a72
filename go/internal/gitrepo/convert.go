package gitrepo

import "bytes"

// conversion describes how a file is changed before it becomes a blob.
type conversion struct {
	binary bool // nothing
	auto   bool // ends of lines, where the content looks like text
	ident  bool // $Id: …$
	// program is set where a filter or another encoding would be applied. No
	// filter runs here, so that such a file is compared as it is.
	program bool
}

// conversionOf returns the conversion for these attributes with this configuration.
func (f *format) conversionOf(a attributes) conversion {
	var c conversion
	action := textAction(a["text"])
	if action == "" {
		action = textAction(a["crlf"])
	}
	if eol := a["eol"]; action != "binary" && action != "auto" && (eol == "lf" || eol == "crlf") {
		action = "text"
	}
	if action == "" {
		autoCRLF := f.autoCRLF
		if autoCRLF == "" {
			autoCRLF = userFormat().autoCRLF
		}
		action = "binary"
		if autoCRLF == "true" || autoCRLF == "input" {
			action = "auto"
		}
	}
	c.binary, c.auto = action == "binary", action == "auto"
	c.ident = a["ident"] == attrSet
	filter, encoding := a["filter"], a["working-tree-encoding"]
	c.program = filter != "" && filter != attrUnset && filter != attrSet || encoding != "" && encoding != attrUnset
	return c
}

func textAction(value string) string {
	switch value {
	case attrSet, "input":
		return "text"
	case attrUnset:
		return "binary"
	case "auto":
		return "auto"
	}
	return ""
}

// textStats are the counts by which git distinguishes text from other content.
type textStats struct{ nul, loneCR, crlf, printable, other int }

func statsOf(data []byte) textStats {
	var s textStats
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\r' && i+1 < len(data) && data[i+1] == '\n':
			s.crlf++
			i++
		case c == '\r':
			s.loneCR++
		case c == '\n':
		case c == 0:
			s.nul++
			s.other++
		case c == '\b' || c == '\t' || c == 0x1b || c == '\f':
			s.printable++
		case c < ' ' || c == 0x7f:
			s.other++
		default:
			s.printable++
		}
	}
	if n := len(data); n > 0 && data[n-1] == 0x1a {
		s.other--
	}
	return s
}

func (s textStats) binary() bool { return s.loneCR > 0 || s.nul > 0 || s.printable>>7 < s.other }

// toBlob converts a file. stored returns the blob in the index: one with CR LF
// in it keeps a file from being converted by guess.
func (c conversion) toBlob(data []byte, stored func() []byte) []byte {
	if !c.binary && len(data) > 0 {
		s := statsOf(data)
		convert := s.crlf > 0 && !(c.auto && s.binary())
		if convert && c.auto {
			in := statsOf(stored())
			convert = in.crlf == 0 || in.binary()
		}
		if convert {
			data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		}
	}
	if c.ident {
		data = withoutIdent(data)
	}
	return data
}

// withoutIdent makes `$Id: …$` on one line `$Id$`.
func withoutIdent(data []byte) []byte {
	if !bytes.Contains(data, []byte("$Id:")) {
		return data
	}
	out := make([]byte, 0, len(data))
	for {
		i := bytes.IndexByte(data, '$')
		if i < 0 {
			return append(out, data...)
		}
		out, data = append(out, data[:i+1]...), data[i+1:]
		if len(data) <= 3 || string(data[:3]) != "Id:" {
			continue
		}
		end := bytes.IndexByte(data[3:], '$')
		if end < 0 {
			return append(out, data...)
		}
		if bytes.IndexByte(data[3:3+end], '\n') >= 0 {
			continue
		}
		out, data = append(out, "Id$"...), data[3+end+1:]
	}
}
