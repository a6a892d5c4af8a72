package cli

import (
	"fmt"
	"io"

	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// logger returns the log on standard error, as configured by --log-level and
// --log-format.
func (p *program) logger(c *cli.Context) (zerolog.Logger, error) {
	level := zerolog.WarnLevel
	switch name := c.String("log-level"); name {
	case "trace":
		level = zerolog.TraceLevel
	case "debug":
		level = zerolog.DebugLevel
	case "info":
		level = zerolog.InfoLevel
	case "warn":
	case "error":
		level = zerolog.ErrorLevel
	case "off":
		level = zerolog.Disabled
	default:
		return zerolog.Nop(), diag.Errorf(diag.ExitUsage, "usage", "--log-level %s is not a level", name).
			Expectedf("trace, debug, info, warn, error or off")
	}
	switch format := c.String("log-format"); format {
	case "json":
		return zerolog.New(p.stderr).Level(level).With().Timestamp().Logger(), nil
	case "text":
		return zerolog.New(plainLog(p.stderr)).Level(level), nil
	default:
		return zerolog.Nop(), diag.Errorf(diag.ExitUsage, "usage", "--log-format %s is not a format", format).
			Expectedf("text or json")
	}
}

// plainLog writes `level: message key=value`, without time or color.
func plainLog(w io.Writer) io.Writer {
	return zerolog.ConsoleWriter{Out: w, NoColor: true,
		PartsOrder:  []string{zerolog.LevelFieldName, zerolog.MessageFieldName},
		FormatLevel: func(level any) string { return fmt.Sprintf("%v:", levelWord(level)) },
	}
}

func levelWord(level any) string {
	if level == "warn" {
		return "warning"
	}
	return fmt.Sprint(level)
}
