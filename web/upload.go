package web

// Upload is what upload.html shows: the page on which evidence is uploaded from a
// phone or a computer.
type Upload struct {
	Assets string // where static files lie: "/static"
	Title  string
	State  FormState
	For    string // which deal, which stage
	Needs  string // what the stage asks for
	Then   string // what happens with the file
	Types  string // which kinds are taken, in words
	Limit  string // how large a file may be, in words
	Most   int64  // the same in bytes
	Accept string // the same as a list of extensions and media types
	Photo  bool   // a photo will do
	Notice string // what happened and what to do, for every state but open
	Error  string // why the last try changed nothing; the page is still open
}

// FormUnknown is a link that never was.
const FormUnknown FormState = "unknown"
