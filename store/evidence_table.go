package store

// fileTypes maps media types by content to the words that evidence rules use.
// What is not here is not taken: programs, scripts, web pages, bare archives.
var fileTypes = map[string]string{
	"application/pdf": "pdf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/msword":            "doc",
	"application/vnd.ms-excel":      "xls",
	"application/vnd.ms-powerpoint": "ppt",
	"image/jpeg":                    "jpg",
	"image/png":                     "png",
	"image/gif":                     "gif",
	"image/webp":                    "webp",
	"text/plain":                    "txt",
	"text/csv":                      "csv",
}

// activeExtensions are endings that a computer may run when the file is opened,
// whatever is inside.
var activeExtensions = []string{
	".exe", ".com", ".bat", ".cmd", ".scr", ".pif", ".msi", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".sh", ".jar", ".app", ".apk", ".dll", ".lnk", ".hta", ".html", ".htm", ".svg", ".xhtml", ".docm",
	".xlsm", ".pptm", ".reg", ".iso",
}

// activeWords in a PDF make it do something when it is opened.
var activeWords = []string{"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA"}
