package handlers

// uploadKinds are the kinds of files by content, and what a browser is told to
// offer for each.
var uploadKinds = []struct{ kind, accept string }{
	{"pdf", ".pdf,application/pdf"},
	{"docx", ".docx"},
	{"doc", ".doc"},
	{"pptx", ".pptx"},
	{"ppt", ".ppt"},
	{"xlsx", ".xlsx"},
	{"xls", ".xls"},
	{"jpg", "image/jpeg,.jpg,.jpeg"},
	{"png", "image/png,.png"},
	{"heic", ".heic,.heif"},
	{"webp", "image/webp"},
	{"gif", "image/gif"},
	{"txt", ".txt"},
	{"csv", ".csv"},
}
