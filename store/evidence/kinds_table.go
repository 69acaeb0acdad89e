package evidence

// fileKinds maps media types by content to the words that evidence rules use.
// What is not here is not taken: programs, scripts, web pages, bare archives.
// Office files are told apart by what is in them: see evidence_zip.go and
// evidence_ole.go.
var fileKinds = map[string]string{
	"application/pdf": kindPDF,
	"image/jpeg":      kindJPG,
	"image/png":       kindPNG,
	"image/gif":       kindGIF,
	"image/webp":      kindWebP,
	"image/heic":      kindHEIC,
	"image/heif":      kindHEIC,
	"text/plain":      kindTXT,
	"text/csv":        kindCSV,

	"text/tab-separated-values": kindTXT, // notes with tabs
}

// officeMedia are the media types of office files.
var officeMedia = map[string]string{
	kindDOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	kindXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	kindPPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	kindDOC:  "application/msword",
	kindXLS:  "application/vnd.ms-excel",
	kindPPT:  "application/vnd.ms-powerpoint",
}

// zipParts are the main parts of the office formats that are archives.
var zipParts = map[string]string{
	"word/document.xml":    kindDOCX,
	"xl/workbook.xml":      kindXLSX,
	"ppt/presentation.xml": kindPPTX,
}

// oleStreams are the main streams of the old office formats, WPS files too.
var oleStreams = map[string]string{
	"WordDocument":        kindDOC,
	"Workbook":            kindXLS,
	"Book":                kindXLS,
	"PowerPoint Document": kindPPT,
}

// oleMacros are where old office files keep programs.
var oleMacros = []string{"_VBA_PROJECT", "_VBA_PROJECT_CUR"}

// programExtensions are endings that a computer may run when the file is opened,
// whatever is inside.
var programExtensions = []string{
	".exe", ".com", ".bat", ".cmd", ".scr", ".pif", ".msi", ".js", ".jse", ".mjs", ".vbs", ".vbe", ".wsf", ".wsh", ".ps1", ".sh", ".jar",
	".app", ".apk", ".dll", ".cpl", ".lnk", ".url", ".hta", ".chm", ".docm", ".xlsm", ".pptm", ".dotm", ".xltm", ".xlam", ".reg", ".iso",
	".img", ".vhd",
}

// pageExtensions are endings that a browser opens, and what is in them runs.
var pageExtensions = []string{".html", ".htm", ".mht", ".mhtml", ".svg", ".xml", ".xhtml", ".xsl"}

// archiveExtensions are archives within archives: nobody looks into those.
var archiveExtensions = []string{".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".zst", ".cab", ".iso"}

// pdfActions make a PDF do something when it is opened. They are long enough to
// be looked for in compressed bytes too, where they never stand by chance.
var pdfActions = []string{"/JavaScript", "/Launch", "/RichMedia", "/SubmitForm", "/ImportData"}

// pdfShortActions are looked for between the streams only.
var pdfShortActions = []string{"/JS", "/XFA"}
