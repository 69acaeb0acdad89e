package evidence

import "bytes"

// Inspect looks at a file in memory.
func Inspect(data []byte, name string) (media, kind string, err error) {
	return inspect(bytes.NewReader(data), int64(len(data)), name)
}
