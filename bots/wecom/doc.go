// Package wecom speaks with WeCom (企业微信): it checks, decrypts and reads what
// the app and the 智能机器人 push, and sends messages, cards and files through
// the app, its groups and the group robots. The inbound side and the cards are
// written by hand, since no SDK has them whole (docs/adr/010).
package wecom
