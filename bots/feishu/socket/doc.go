// Package socket receives Feishu's events over a connection that the hub opens
// itself, for companies without a public URL. It stands apart from the rest of
// the platform since the SDK's client is heavy to compile.
package socket
