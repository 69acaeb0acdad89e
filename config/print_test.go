package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/goccy/go-yaml"
)

// sprintAll prints a value on every road that leads to text, wrong verbs too.
func sprintAll(c Config) string {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", slog.Any("c", c), slog.Any("s", c.Feishu.AppSecret))
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", slog.Any("c", c), slog.Any("s", c.Feishu.AppSecret))
	j, err := json.Marshal(c)
	y, yerr := yaml.Marshal(c.Feishu)
	fmt.Fprintf(&b, "%s %s %v %v", j, y, err, yerr)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%c", "%10v"} {
		fmt.Fprintf(&b, verb+verb, c, c.Feishu.AppSecret)
	}
	return b.String() + c.RedisURL.String() + c.RedisURL.GoString()
}
