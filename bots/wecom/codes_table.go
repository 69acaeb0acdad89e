package wecom

// The platform's codes by what they mean for another try
// (developer.work.weixin.qq.com/document/path/90313).
var (
	// The token is dead before its time.
	deadTokenCodes = []int{40014, 42001}
	// The platform is busy.
	busyCodes = []int{-1, 6000}
	// The secret, the right, the trusted addresses, the visible range, the
	// callback: a person must act, and then it works.
	configCodes = []int{40001, 40013, 40056, 40091, 41001, 41002, 41004, 43012, 45031, 48001, 48002, 48004, 48006, 50001, 60011, 60020, 301002}
	// This receiver cannot be reached by this app.
	unreachableCodes = []int{40003, 40031, 40050, 46004, 60111, 81013, 86001, 86003, 86006, 86008, 93000, 93004}
	// The card cannot be changed with this code.
	staleCodes = []int{60140, 42015}
)

const (
	codeTooOften    = 45009 // an API is called too often, by whomever
	codeTooMany     = 45033 // too many calls at once
	codeTaskTaken   = 42014 // the task_id is not acceptable: ours are, so it was used before
	codeNoMedia     = 40007 // the media_id is not known any more
	codeMediaLarge  = 830002
	wrongJSONWords  = "wrong json format" // with errcode 0: something of the message was not understood
	codeAfterRecall = 42052               // too late to take a message back
)
