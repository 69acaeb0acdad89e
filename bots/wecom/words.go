package wecom

// What people read of this platform's own; everything else is worded by those
// who send.
const (
	wordImage = "图片"
	wordVideo = "视频"
)
