package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// sprintAll prints a value on every road that leads to text.
func sprintAll(c Config) string {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "c", c, "s", c.Feishu.AppSecret)
	j, err := json.Marshal(c)
	return b.String() + string(j) + fmt.Sprintf("%v %+v %#v %s %v", c, c, c, c.Feishu.AppSecret, err)
}
