package evidence

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameMax is the longest name that is kept, in bytes.
const nameMax = 200

// CleanName makes a name that a device gave fit for headers, lists and disks: no
// path, no control or direction characters, no quotes, at most 200 bytes, cut
// between characters with its ending kept.
func CleanName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || r == utf8.RuneError || strings.ContainsRune(`"'<>:|?*;`, r) {
			return -1
		}
		return r
	}, s)
	s = strings.Trim(s, " .")
	if s == "" || s == "/" {
		return "文件"
	}
	if len(s) <= nameMax {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > 20 {
		ext = ""
	}
	cut := nameMax - len(ext)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], " .") + ext
}
