package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/itchyny/gojq"
)

// jq is the command of the scripts, so that they need none on the machine:
// jq [-c] [-r] [-j] [-S] QUERY [FILE]. Keys are always sorted.
func jq(args []string) int {
	var flags string
	for ; len(args) > 0 && strings.HasPrefix(args[0], "-"); args = args[1:] {
		flags += args[0]
	}
	in := io.Reader(os.Stdin)
	if len(args) > 1 {
		file, err := os.Open(args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, "jq:", err)
			return 1
		}
		defer file.Close()
		in = file
	}
	if err := ask(strings.Join(args[:1], ""), in, flags); err != nil {
		fmt.Fprintln(os.Stderr, "jq:", err)
		return 1
	}
	return 0
}

// ask prints what a query makes of each value.
func ask(query string, in io.Reader, flags string) error {
	parsed, err := gojq.Parse(query)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(in)
	for {
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		for results := parsed.Run(value); ; {
			v, more := results.Next()
			if !more {
				break
			}
			if err, failed := v.(error); failed {
				return err
			}
			if err := show(v, flags); err != nil {
				return err
			}
		}
	}
}

func show(v any, flags string) error {
	if text, ok := v.(string); ok && strings.ContainsAny(flags, "rj") {
		if !strings.Contains(flags, "j") {
			text += "\n"
		}
		_, err := io.WriteString(os.Stdout, text)
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if !strings.Contains(flags, "c") {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(v)
}
