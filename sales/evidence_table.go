package sales

// documentTypes and imageTypes are the families by content.
var (
	documentTypes = []string{"pdf", "docx", "pptx", "xlsx", "doc", "ppt", "xls", "wps", "txt", "csv"}
	imageTypes    = []string{"jpg", "png", "webp", "gif", "heic"}
)
