package norm

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// errPhone and errEmail are the only complaints about contact details; the
// words to a person are made elsewhere.
var (
	errPhone = errors.New("not a phone number")
	errEmail = errors.New("not an e-mail address")

	extPattern  = regexp.MustCompile(`(?i)(?:转|分机|ext\.?|x)\s*[:：]?\s*(\d{1,6})$`)
	mobileCN    = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landCN      = regexp.MustCompile(`^0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}$`)
	serviceCN   = regexp.MustCompile(`^(?:400|800)\d{7}$`)
	emailLocal  = regexp.MustCompile(`^[a-z0-9_%+'-]+(?:\.[a-z0-9_%+'-]+)*$`)
	domainShape = regexp.MustCompile(`^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}][\p{L}\p{M}\p{N}-]{1,62}$`)
)

// Phone writes a phone number in one way: +8613800138000 for a Chinese
// mobile, +861062345678 for a landline, 4008208820 for a service number, and
// + with country code for others. An extension (转801) is given apart. A
// landline needs its area code: without the 0 it could be a mobile number that
// lacks a digit.
func Phone(s string) (phone, ext string, err error) {
	s = Fold(s)
	if m := extPattern.FindStringSubmatchIndex(s); m != nil {
		ext = s[m[2]:m[3]]
		s = strings.TrimSpace(s[:m[0]])
	}
	digits, plus, ok := dialled(s)
	if !ok {
		return "", "", fmt.Errorf("%w: %d characters", errPhone, Len(s))
	}
	number, country := dialCode(digits, plus)
	switch {
	case country == abroad && (len(number) < 7 || len(number) > 15 || number[0] == '0'):
		return "", "", errPhone
	case country == abroad:
		return "+" + number, ext, nil
	}
	if phone, ok = chinese(number, country == china); !ok {
		return "", "", errPhone
	}
	return phone, ext, nil
}

// dialled countries: how a number began.
const (
	unsaid = iota + 1
	china
	abroad
)

// dialCode tells which country a number was dialled to. Of one of China it gives
// the part behind the code, of another the whole.
func dialCode(digits string, plus bool) (number string, country int) {
	switch {
	case strings.HasPrefix(digits, "0086"):
		return digits[4:], china
	case strings.HasPrefix(digits, "00"):
		return digits[2:], abroad
	case strings.HasPrefix(digits, "86") && (plus || len(digits) > 11):
		return digits[2:], china
	case plus:
		return digits, abroad
	}
	return digits, unsaid
}

// chinese writes a number of China; coded tells that it came with the country
// code, where an area code stands without its 0.
func chinese(national string, coded bool) (phone string, ok bool) {
	switch {
	case mobileCN.MatchString(national):
		return "+86" + national, true
	case serviceCN.MatchString(national):
		return national, true
	case landCN.MatchString(national):
		return "+86" + national[1:], true
	case coded && landCN.MatchString("0"+national):
		return "+86" + national, true
	}
	return "", false
}

// dialled keeps the digits of a number written with spaces, hyphens, dots and
// brackets.
func dialled(s string) (digits string, plus, ok bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0 && !plus:
			plus = true
		case strings.ContainsRune(" -.()‐‑–—−", r):
		default:
			return "", false, false
		}
	}
	return b.String(), plus, b.Len() >= 5
}

// MaskPhone hides the middle of a number, however it is written: 138****8000.
// Of a short one it shows less, of what is no number nothing that could be one.
func MaskPhone(s string) string {
	if phone, _, err := Phone(s); err == nil {
		s = phone
	}
	r := []rune(strings.TrimPrefix(s, "+86"))
	switch n := len(r); {
	case n >= 11:
		return string(r[:3]) + "****" + string(r[n-4:])
	case n >= 8:
		return string(r[:2]) + "****" + string(r[n-2:])
	default:
		return strings.Repeat("*", n)
	}
}

// MaskPhones hides the numbers that stand in a text.
func MaskPhones(text string) string {
	return phoneInText.ReplaceAllStringFunc(text, func(found string) string {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, found)
		return digits[len(digits)-11:len(digits)-8] + "****" + digits[len(digits)-4:]
	})
}

// phoneInText finds a mobile number in a text, as people write it.
var phoneInText = regexp.MustCompile(`(?:\+?86[- ]?)?\b1[3-9]\d(?:[- ]?\d{4}){2}\b|\+?861[3-9]\d{9}\b`)

// Email writes an address in one way: lower case, without spaces.
func Email(s string) (string, error) {
	s = strings.TrimPrefix(strings.ToLower(Fold(s)), "mailto:")
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(local) > 64 || len(domain) > 255 || !emailLocal.MatchString(local) || !domainShape.MatchString(domain) {
		return "", errEmail
	}
	return s, nil
}

// SuspectEmail tells an address whose domain holds letters that only look Latin
// (user@аpple.com with a Cyrillic а), or hides its letters as xn--: kept, but
// not to be trusted. Han cannot be mistaken for Latin.
func SuspectEmail(s string) bool {
	_, domain, _ := strings.Cut(s, "@")
	if strings.HasPrefix(domain, "xn--") || strings.Contains(domain, ".xn--") {
		return true
	}
	return strings.ContainsFunc(domain, func(r rune) bool { return r > unicode.MaxASCII && !unicode.Is(unicode.Han, r) })
}
