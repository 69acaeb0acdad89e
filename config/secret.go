package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a value that must not be printed. Every road to text gives ***.
type Secret string

const hidden = "***"

// Format implements fmt.Formatter: no verb prints the value, not even a
// wrong one. (%p asks nobody; vet refuses it.)
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler, and so JSON and YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal gives the value, to the one place that needs it.
func (s Secret) Reveal() string { return string(s) }
