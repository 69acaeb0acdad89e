package feishusim

// What ids and contents may look like.
var (
	receiveTypes = []string{"open_id", "user_id", "union_id", "email", "chat_id"}
	idPrefixes   = map[string]string{"open_id": "ou_", "union_id": "on_"}
	sharedTypes  = []string{"share_chat", "share_user", "sticker"}
	languages    = []string{"zh_cn", "en_us", "ja_jp", "zh_hk", "zh_tw"}
	postTags     = []string{"text", "a", "at", "img", "media", "emotion", "code_block", "hr", "md"}
	uploadTypes  = []string{"opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"}
)
