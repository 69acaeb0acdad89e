// Package speech understands what people write: the verb, the numbers, the
// fields and the days in a message. It knows no store: the same text is always
// the same command.
package speech
