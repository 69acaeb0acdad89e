// Package web holds what people look at in a browser: templates and static
// files, embedded in the binary, and nothing that decides. No page asks any
// other machine for anything.
package web
