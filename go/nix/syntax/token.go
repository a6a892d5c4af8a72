package syntax

import "strings"

// kind is the kind of a token; punctuation of one byte is its own kind.
type kind uint8

const (
	tEOF kind = iota + 128
	tInvalid
	tError
	tID
	tStr
	tIndStr
	tInt
	tFloat
	tPath
	tHPath
	tSPath
	tPathEnd
	tURI
	tIf
	tThen
	tElse
	tAssert
	tWith
	tLet
	tIn
	tRec
	tInherit
	tEq
	tNeq
	tLeq
	tGeq
	tUpdate
	tConcat
	tAnd
	tOr
	tImpl
	tOrKw
	tDollarCurly
	tIndOpen
	tIndClose
	tEllipsis
	tPipeInto
	tPipeFrom
)

// kindNames are the names that Nix's own messages use.
var kindNames = map[kind]string{
	tEOF: "end of file", tInvalid: "invalid token", tID: "identifier", tStr: "string",
	tIndStr: "indented string", tInt: "integer", tFloat: "floating-point literal",
	tPath: "path", tHPath: "'~/…' path", tSPath: "'<…>' path", tPathEnd: "end of path",
	tURI: "URI", tIf: "'if'", tThen: "'then'", tElse: "'else'", tAssert: "'assert'",
	tWith: "'with'", tLet: "'let'", tIn: "'in'", tRec: "'rec'", tInherit: "'inherit'",
	tEq: "'=='", tNeq: "'!='", tLeq: "'<='", tGeq: "'>='", tUpdate: "'//'",
	tConcat: "'++'", tAnd: "'&&'", tOr: "'||'", tImpl: "'->'", tOrKw: "'or'",
	tDollarCurly: "'${'", tIndOpen: "start of an indented string",
	tIndClose: "end of an indented string", tEllipsis: "'...'",
	tPipeInto: "'|>'", tPipeFrom: "'<|'",
}

func (k kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	if strings.IndexByte(`:;,.=()[]{}+-*/<>!?@"`, byte(k)) >= 0 {
		return "'" + string(rune(k)) + "'"
	}
	return kindNames[tInvalid]
}

// keyword is the kind of a name: tID unless it is a word of the language.
func keyword(name string) kind {
	switch name {
	case "if":
		return tIf
	case "then":
		return tThen
	case "else":
		return tElse
	case "assert":
		return tAssert
	case "with":
		return tWith
	case "let":
		return tLet
	case "in":
		return tIn
	case "rec":
		return tRec
	case "inherit":
		return tInherit
	case "or":
		return tOrKw
	}
	return tID
}

// token is one lexical element. text is the spelling, or for tStr and tIndStr
// the decoded piece. start and end are byte offsets in the file.
type token struct {
	kind       kind
	indented   bool // tIndStr: taken from the text as it stands, so that it has indentation
	start, end uint32
	text       string
}
