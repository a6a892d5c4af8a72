package pod

import (
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// fill sets every field to a value.
func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(now()))
	case v.Type() == reflect.TypeFor[jsontext.Value]():
		v.SetBytes([]byte(`{"main":"x"}`))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i))
		}
	case v.Kind() == reflect.String:
		v.SetString("text of " + v.Type().Name())
	case v.Kind() == reflect.Int:
		v.SetInt(7)
	default:
		panic("what is a " + v.Type().String())
	}
}

func TestDecodeKnowsEveryField(t *testing.T) {
	want := new(record)
	fill(reflect.ValueOf(want).Elem())
	want.watch = want.Watch
	got, err := decode(must[[]byte](t)(json.Marshal(want)))
	if err != nil {
		t.Fatalf("decode.go has to know what is written: %v", err)
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Pod{})); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
}

func FuzzDecode(f *testing.F) {
	whole := new(record)
	fill(reflect.ValueOf(whole).Elem())
	data, err := json.Marshal(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"schema":"","generations":[],"events":[],"source":{"overrides":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err != nil {
			return
		}
		var want record
		if err := json.Unmarshal(data, &want, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("read, and package json says %v", err)
		}
		want.watch = want.Watch
		if d := cmp.Diff(&want, got, cmp.AllowUnexported(Pod{})); d != "" {
			t.Error(d)
		}
	})
}
