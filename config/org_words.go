package config

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"genjin/sales/norm"
)

// idMax bounds the ids that are made of names.
const idMax = 32

// scalar writes a value as YAML.
func scalar(s string) string {
	if bareWord.MatchString(s) && !slices.Contains(reservedWords, strings.ToLower(s)) {
		return s
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string can always be written
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// flow writes an entry on one line; values that are empty are left out.
func flow(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+": "+scalar(pairs[i+1]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// tidy takes out of a platform's word what no file should hold.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// ids makes ids that nobody has yet.
type ids map[string]bool

func (taken ids) take(id string) { taken[strings.ToLower(id)] = true }

// make gives a free id made of a name: 李雷 → lilei, and lilei2 where that is
// somebody's.
func (taken ids) make(name, otherwise string) string {
	id := spelled(name)
	if id == "" {
		id = spelled(otherwise)
	}
	if id == "" {
		id = "p"
	}
	free := id
	for n := 2; taken[free]; n++ {
		free = id + strconv.Itoa(n)
	}
	taken[free] = true
	return free
}

// spelled is a name in the letters of ids.
func spelled(name string) string {
	args := pinyin.NewArgs()
	var out strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out.WriteRune(r)
		case r == '-' || r == '_' || r == '/' || r == '／':
			out.WriteByte('-')
		default:
			if all := pinyin.SinglePinyin(r, args); len(all) > 0 {
				out.WriteString(all[0])
			}
		}
	}
	id := out.String()
	return strings.Trim(id[:min(len(id), idMax)], "-")
}

// samePhone is a phone number as two platforms may both write it; "" is none.
func samePhone(s string) string {
	phone, _, err := norm.Phone(s)
	if err != nil {
		return ""
	}
	return phone
}

// sameMail is an e-mail address as two platforms may both write it; "" is none.
func sameMail(s string) string {
	mail, err := norm.Email(s)
	if err != nil {
		return ""
	}
	return mail
}
