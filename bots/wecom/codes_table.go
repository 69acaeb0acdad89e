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

// cures say what a person must do about a code, in the words of the platform's
// console: admins read them beside what the platform said.
var cures = map[int]string{
	48002: "这个接口没有权限：确认 GENJIN_WECOM_SECRET 是自建应用的 Secret",
	60011: "可见范围不够：管理后台 → 应用管理 → 应用 → 可见范围，加入相关的人；在群里说话和建群要包含根部门，或在 org.yaml 里改用 wecom_robot",
	60020: "本机 IP 不在名单：管理后台 → 应用管理 → 应用 → 企业可信IP，加入服务器的公网地址",
	86006: "建群至少要两个人：在 org.yaml 里给这个团队的人写上 wecom 账号",
	86007: "有人不在企业或应用的可见范围里：核对 org.yaml 里的 wecom 账号和应用的可见范围",
	86008: "这个群不是本应用建的：在 org.yaml 里换一个群编号（字母和数字），应用会自己建群；或改用 wecom_robot",
	86001: "群编号只能是 32 个以内的字母和数字：改 org.yaml 里的 groups.wecom",
	86215: "群编号被别的应用占用：在 org.yaml 里换一个群编号",
}

const (
	codeTooOften    = 45009 // an API is called too often, by whomever
	codeTooMany     = 45033 // too many calls at once
	codeTaskTaken   = 42014 // the task_id is not acceptable: ours are, so it was used before
	codeBadMember   = 86007 // one of a group's members is not of the company, or does not see the app
	codeNoRight     = 60011 // the app may not see that
	codeNoMedia     = 40007 // the media_id is not known any more
	codeMediaLarge  = 830002
	wrongJSONWords  = "wrong json format" // with errcode 0: something of the message was not understood
	codeAfterRecall = 42052               // too late to take a message back
)
