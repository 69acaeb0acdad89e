package wecomsim

// How large files may be, by their type.
var (
	mediaLimits      = map[string]int{typeImage: 10 * mebibyte, typeVoice: 2 * mebibyte, typeVideo: 10 * mebibyte, typeFile: 20 * mebibyte}
	robotMediaLimits = map[string]int{typeVoice: 2 * mebibyte, typeFile: 20 * mebibyte}
)
