package feishu

import "slices"

// apiLimitCode says that an API is called too often, by whomever.
const apiLimitCode = 99991400

// The platform's codes by what they mean for another try
// (open.feishu.cn/document, generic error codes and im-v1).
var (
	deadTokenCodes = []int{99991661, 99991663, 99991664, 99991665, 99991668, 99991671}
	// Too many messages to one chat or person, or too many calls.
	limitedCodes   = []int{230020, 11232, 11233, 11247, 232019}
	transientCodes = []int{230049, 1395001, 2091003, 2091006, 1663, 2200, 99991401, 1000, 1001}
	// The card is too old, was taken back, or belongs to a message that cannot be changed.
	staleCodes = []int{230031, 230011, 230110, 230072}
	// The receiver cannot be reached by this app.
	unreachableCodes = []int{230002, 230006, 230013, 230018, 230029, 230034, 230035, 230038, 230053, 232009, 99992361, 99992351, 99992354}
	// Scope, quota or credentials: a person must act, and then it works.
	configCodes = []int{99991403, 99991672, 99991679, 230027, 10003, 10014, 10012}
)

func codeIn(codes []int, code int) bool { return slices.Contains(codes, code) }

func tokenDead(code int) bool { return codeIn(deadTokenCodes, code) }
