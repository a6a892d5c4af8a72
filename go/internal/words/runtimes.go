package words

import (
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
)

// runtimeSettings words the settings of single runtimes, each by itself.
func runtimeSettings(s *scope, c change) {
	before, now := object(c.a), object(c.b)
	for _, runtime := range difference.Keys(before, now) {
		old, set := object(before[runtime]), object(now[runtime])
		for _, name := range difference.Keys(old, set) {
			if difference.Same(old[name], set[name]) {
				continue
			}
			at := change{pointer: c.pointer + "/" + difference.Escape(runtime) + "/" + difference.Escape(name)}
			effect := s.effects.At(grant.OfRuntime, at.pointer)
			field := code(name) + " of the runtime " + code(runtime)
			was, isWas := old[name]
			value, is := set[name]
			switch {
			case !is:
				s.say(Settings, effect, at, "leaves %s as it is there (was %s)", field, shown(was))
			case !isWas:
				s.say(Settings, effect, at, "sets %s to %s", field, shown(value))
			default:
				s.say(Settings, effect, at, "sets %s to %s (was %s)", field, shown(value), shown(was))
			}
		}
	}
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}
