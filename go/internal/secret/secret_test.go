package secret

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"text/template"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v4"
)

const canary = "canary-7f3a91d2c4"

// holder keeps secrets the way a careless struct would.
type holder struct {
	Exported   Secret
	Pointer    *Secret
	Any        any
	Map        map[string]*Secret
	List       []Secret
	unexported Secret
	hidden     *Secret
}

// plainHolder holds what is no Secret.
type plainHolder struct{ Value string }

func careless() holder {
	return holder{
		Exported: *seal([]byte(canary)), Pointer: seal([]byte(canary)), Any: seal([]byte(canary)),
		Map: map[string]*Secret{"a": seal([]byte(canary))}, List: []Secret{*seal([]byte(canary))},
		unexported: *seal([]byte(canary)), hidden: seal([]byte(canary)),
	}
}

// Every way in which a value gets out by accident is tried, on the Secret and on
// a struct that holds it in exported and unexported fields.
func TestSecretCannotBeLookedAt(t *testing.T) {
	plain := func(v any) string { return fmt.Sprint(v) }
	verbs := func(v any) string {
		var b strings.Builder
		for _, verb := range "vsqxXdTtbcoOUeEfFgGp" {
			for _, flags := range []string{"", "+", "#", "0", "-20", " ", "+#"} {
				fmt.Fprintf(&b, "%"+flags+string(verb), v)
			}
		}
		return b.String()
	}
	encode := func(f func(v any) ([]byte, error)) func(any) string {
		return func(v any) string {
			data, err := f(v)
			return string(data) + fmt.Sprint(err)
		}
	}
	ways := map[string]func(v any) string{
		"fmt.Sprint": plain,
		"every verb": verbs,
		"json":       encode(json.Marshal),
		"json v2":    encode(func(v any) ([]byte, error) { return jsonv2.Marshal(v) }),
		"yaml":       encode(yaml.Marshal),
		"toml":       encode(toml.Marshal),
		"xml":        encode(xml.Marshal),
		"gob": encode(func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		}),
		"log": func(v any) string {
			var b bytes.Buffer
			log.New(&b, "", 0).Print(v)
			return b.String()
		},
		"slog text": func(v any) string {
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v, "g", slog.GroupValue(slog.Any("v", v)))
			return b.String()
		},
		"slog json": func(v any) string {
			var b bytes.Buffer
			slog.New(slog.NewJSONHandler(&b, nil)).LogAttrs(context.Background(), slog.LevelInfo, "m", slog.Any("v", v))
			return b.String()
		},
		"zerolog": func(v any) string {
			var b bytes.Buffer
			logger := zerolog.New(&b).Level(zerolog.TraceLevel)
			logger.Trace().Interface("v", v).Any("a", v).Fields(map[string]any{"f": v}).Msg("m")
			if s, ok := v.(fmt.Stringer); ok {
				logger.Trace().Stringer("s", s).Msg("m")
			}
			return b.String()
		},
		"template": func(v any) string {
			var b bytes.Buffer
			err := template.Must(template.New("").Parse(`{{.}} {{printf "%#v" .}} {{js .}}`)).Execute(&b, v)
			return b.String() + fmt.Sprint(err)
		},
		"error": func(v any) string { return errors.Join(fmt.Errorf("a: %v", v), fmt.Errorf("b: %+v", v)).Error() },
		"panic": func(v any) (out string) {
			defer func() { out = fmt.Sprintf("%v %#v", recover(), v) }()
			panic(v)
		},
		"go-cmp":     func(v any) string { return cmp.Diff(v, nil, cmp.Exporter(func(reflect.Type) bool { return true })) },
		"reflection": func(v any) string { return dump(reflect.ValueOf(v), 0) },
	}
	for name, way := range ways {
		for what, v := range map[string]any{
			"a secret": *seal([]byte(canary)), "a pointer": seal([]byte(canary)), "a list": []*Secret{seal([]byte(canary))},
			"a map": map[string]Secret{"k": *seal([]byte(canary))}, "a struct": careless(), "a pointer to one": &holder{hidden: seal([]byte(canary))},
			"an anonymous struct": struct{ s Secret }{*seal([]byte(canary))},
		} {
			out := way(v)
			if found := leaks(out); found != "" {
				t.Errorf("%s shows %s as %s: %s", name, what, found, out)
			}
		}
		// The way would show what is no Secret: else this test shows nothing.
		if out := way(plainHolder{canary}); !strings.Contains(out, canary) && name != "go-cmp" {
			t.Errorf("%s does not even show a string: %s", name, out)
		}
	}
}

// leaks finds a value in the forms in which bytes get printed.
func leaks(text string) string {
	for form, needle := range map[string]string{
		"text": canary, "part of the text": canary[7:], "hex": fmt.Sprintf("%x", canary), "HEX": fmt.Sprintf("%X", canary),
		"numbers": strings.Trim(fmt.Sprint([]byte(canary)[:6]), "[]"), "base64": "Y2FuYXJ5",
	} {
		if strings.Contains(text, needle) {
			return form
		}
	}
	return ""
}

// dump walks through everything that reflection reaches, unexported fields too.
func dump(v reflect.Value, depth int) string {
	if depth > 8 || !v.IsValid() {
		return ""
	}
	out := v.String() + " "
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		out += dump(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			out += dump(v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			out += dump(v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			out += dump(v.MapIndex(key), depth+1)
		}
	}
	return out
}

func TestSecretDoesNotCompare(t *testing.T) {
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("secrets can be compared with ==")
	}
}

// A value is there for one use, and overwritten after it, whatever happens.
func TestSecretServesOneUse(t *testing.T) {
	value := []byte(canary)
	s := seal(value)
	var seen string
	if err := s.Use(func(v []byte) error { seen = string(v); return nil }); err != nil || seen != canary {
		t.Fatalf("%q, %v", seen, err)
	}
	if !bytes.Equal(value, make([]byte, len(canary))) {
		t.Errorf("the value is still there: %q", value)
	}
	if err := s.Use(func([]byte) error { t.Error("used twice"); return nil }); !errors.Is(err, errUsed) {
		t.Error(err)
	}
	for _, end := range []func(s *Secret){
		func(s *Secret) { s.Discard() },
		func(s *Secret) { _ = s.Use(func([]byte) error { return errors.New("no") }) },
		func(s *Secret) {
			defer func() { _ = recover() }()
			_ = s.Use(func([]byte) error { panic("no") })
		},
	} {
		value := []byte(canary)
		end(seal(value))
		if !bytes.Equal(value, make([]byte, len(canary))) {
			t.Errorf("the value is still there: %q", value)
		}
	}
	if err := (Secret{}).Use(func([]byte) error { t.Error("used"); return nil }); !errors.Is(err, errUsed) {
		t.Error(err)
	}
	var b bytes.Buffer
	if err := seal([]byte(canary)).Deliver(&b); err != nil || b.String() != canary {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestLineBreaks(t *testing.T) {
	for in, want := range map[string]string{
		"key": "key", "key\n": "key", "key\r\n": "key", "key\n\n": "key\n\n", "\n": "", "": "", "key\r": "key\r", " key \n": " key ",
		"-----BEGIN\nabc\n-----END\n": "-----BEGIN\nabc\n-----END\n", "\nkey": "\nkey",
	} {
		if got := string(TrimLineBreak([]byte(in))); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

func TestFlaws(t *testing.T) {
	for value, want := range map[string]string{
		"": "is empty", " \n\t": "is empty", "a\x00b": "has a NUL byte in it", "key": "", "a\nb\n": "", "\xff\xfe": "",
		strings.Repeat("k", MaxBytes): "", strings.Repeat("k", MaxBytes+1): "is larger than 64 KiB",
	} {
		if got := flaw([]byte(value)); got != want {
			t.Errorf("%.20q %q, not %q", value, got, want)
		}
	}
}
