// Package feishu speaks with Feishu (Lark): it checks, decrypts and reads what
// the platform pushes, and sends messages and cards through the official SDK's
// core. The inbound side is written by hand, since the SDK's dispatcher accepts
// what it should not (docs/adr/004).
package feishu
