package handlers

// mediaTypes maps kinds of files by content to media types.
var mediaTypes = map[string]string{
	"pdf":  "application/pdf",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"doc":  "application/msword",
	"ppt":  "application/vnd.ms-powerpoint",
	"xls":  "application/vnd.ms-excel",
	"txt":  "text/plain",
	"csv":  "text/csv",
	"jpg":  "image/jpeg",
	"png":  "image/png",
	"gif":  "image/gif",
	"webp": "image/webp",
}
