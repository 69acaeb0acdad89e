// Package pace keeps a platform's rate limits before the platform does: how
// often an API may be called and a receiver be written to. It serves every
// platform; each brings its own numbers.
package pace
