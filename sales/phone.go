package sales

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errPhone and errEmail are the only complaints about contact details; the
// words to a person are made elsewhere.
var (
	errPhone = errors.New("not a phone number")
	errEmail = errors.New("not an e-mail address")

	extPattern = regexp.MustCompile(`(?i)(?:转|分机|ext\.?|x)\s*[:：]?\s*(\d{1,6})$`)
	mobileCN   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landCN     = regexp.MustCompile(`^0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}$`)
	serviceCN  = regexp.MustCompile(`^(?:400|800)\d{7}$`)
	emailShape = regexp.MustCompile(`^[A-Za-z0-9._%+'-]{1,64}@[^@\s]{1,255}$`)
)

// NormalPhone writes a phone number in one way: +8613800138000 for a Chinese
// mobile, +861062345678 for a landline, 4008208820 for a service number, and
// + with country code for others. An extension (转801) is given apart.
func NormalPhone(s string) (phone, ext string, err error) {
	s = Fold(s)
	if m := extPattern.FindStringSubmatchIndex(s); m != nil {
		ext = s[m[2]:m[3]]
		s = strings.TrimSpace(s[:m[0]])
	}
	digits, plus, ok := dialled(s)
	if !ok {
		return "", "", fmt.Errorf("%w: %d characters", errPhone, len([]rune(s)))
	}
	national := digits
	switch {
	case strings.HasPrefix(digits, "0086"):
		national, plus = digits[4:], false
	case strings.HasPrefix(digits, "00"):
		digits, plus = digits[2:], true
	case strings.HasPrefix(digits, "86") && (plus || len(digits) > 11):
		national, plus = digits[2:], false
	}
	switch {
	case plus:
		if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
			return "", "", errPhone
		}
		return "+" + digits, ext, nil
	case mobileCN.MatchString(national):
		return "+86" + national, ext, nil
	case serviceCN.MatchString(national):
		return national, ext, nil
	case landCN.MatchString(national):
		return "+86" + national[1:], ext, nil
	case landCN.MatchString("0" + national):
		return "+86" + national, ext, nil
	}
	return "", "", errPhone
}

// dialled keeps the digits of a number written with spaces, hyphens, dots and
// brackets.
func dialled(s string) (digits string, plus, ok bool) {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0:
			plus = true
		case strings.ContainsRune(" -.()‐–—/", r):
		default:
			return "", false, false
		}
	}
	return b.String(), plus, b.Len() >= 5
}

// MaskPhone hides the middle of a number: 138****8000.
func MaskPhone(s string) string {
	s = strings.TrimPrefix(s, "+86")
	if len(s) < 7 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + "****" + s[len(s)-4:]
}

// NormalEmail writes an address in one way: lower case, without spaces.
func NormalEmail(s string) (string, error) {
	s = strings.ToLower(Fold(s))
	if !emailShape.MatchString(s) {
		return "", errEmail
	}
	_, domain, _ := strings.Cut(s, "@")
	if !strings.Contains(domain, ".") || strings.Contains(domain, "..") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", errEmail
	}
	return s, nil
}

// SuspectEmail tells an address whose domain mixes in letters that only look
// Latin (user@аpple.com): kept, but not to be trusted.
func SuspectEmail(s string) bool {
	for _, r := range s {
		if r > 0x7F {
			return true
		}
	}
	return false
}
