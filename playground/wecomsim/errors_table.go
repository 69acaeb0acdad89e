package wecomsim

// wrongJSON stands in the place of "ok" when a field had the wrong type.
const wrongJSON = "ok. Warning: wrong json format. "

// apiError is what the platform says instead of data.
type apiError struct {
	code int
	msg  string
}

// with adds what exactly was wrong.
func (e apiError) with(what string) apiError {
	e.msg += ": " + what
	return e
}

// The errors that the simulator gives, with their documented codes.
var (
	errBusy           = apiError{-1, "system busy"}
	errSecret         = apiError{40001, "invalid credential"}
	errMediaFormat    = apiError{40004, "invalid media type"}
	errMediaType      = apiError{40005, "invalid type"}
	errMediaSize      = apiError{40006, "invalid media size"}
	errMedia          = apiError{40007, "invalid media_id"}
	errMsgType        = apiError{40008, "invalid message type"}
	errImageSize      = apiError{40009, "invalid image size"}
	errCorpID         = apiError{40013, "invalid corpid"}
	errToken          = apiError{40014, "invalid access_token"}
	errOAuthCode      = apiError{40029, "invalid code"}
	errTooManyUsers   = apiError{40032, "invalid user list length"}
	errAgent          = apiError{40056, "invalid agentid"}
	errParams         = apiError{40058, "invalid Request Parameter"}
	errNoToken        = apiError{41001, "access_token missing"}
	errNoCorpID       = apiError{41002, "corpid missing"}
	errNoSecret       = apiError{41004, "secret missing"}
	errNoMedia        = apiError{41006, "media_id missing"}
	errNoCode         = apiError{41008, "code missing"}
	errNoUserID       = apiError{41009, "userid missing"}
	errExpired        = apiError{42001, "access_token expired"}
	errRecallLate     = apiError{42052, "message recall timeout"}
	errNeedGet        = apiError{43001, "require GET method"}
	errNeedPost       = apiError{43002, "require POST method"}
	errNoFile         = apiError{44001, "empty media data"}
	errEmptyText      = apiError{44004, "content is empty"}
	errMediaHuge      = apiError{45001, "media too large"}
	errTooLong        = apiError{45002, "content exceed max length"}
	errTooFast        = apiError{45009, "api freq out of limit"}
	errTooMany        = apiError{45033, "api concurrent out of limit"}
	errNoRight        = apiError{48002, "API forbidden"}
	errBadIP          = apiError{60020, "not allow to access from your ip"}
	errNotYours       = apiError{60011, "no privilege to access/modify contact/party/agent"}
	errNoDepartment   = apiError{60003, "department not found"}
	errNoUser         = apiError{60111, "userid not found"}
	errReceivers      = apiError{81013, "user & party & tag all invalid"}
	errStaleCode      = apiError{60140, "invalid response_code"}
	errChatID         = apiError{86001, "invalid chatid"}
	errNoChat         = apiError{86003, "chatid does not exist"}
	errMembers        = apiError{86006, "group chat member out of range"}
	errChatExists     = apiError{86215, "chatid already exists"}
	errRobotKey       = apiError{93000, "invalid webhook url"}
	errOtherAgent     = apiError{301002, "not allow operate another agent with this accesstoken"}
	errTooBig         = apiError{830002, "file too large, please use Range"}
	errNobody         = apiError{82001, "All touser & toparty & totag are all empty"}
	errTooManyParties = apiError{82002, "invalid party list length"}
	errTooManyTags    = apiError{82003, "invalid tag list length"}
	errNoAgent        = apiError{41011, "agentid missing"}
	errURLMissing     = apiError{41010, "url missing"}
	errNoTitle        = apiError{41016, "title missing"}
	errNoDescription  = apiError{41033, "description missing"}
	errArticles       = apiError{45008, "article count out of limit"}
	errNoCallback     = apiError{43012, "the app needs a callback url"}
	errBadMember      = apiError{86007, "invalid group chat member"}
	errOwner          = apiError{86207, "owner is not in the member list"}
	errNotOwnChat     = apiError{86008, "not the creator of the group chat"}
	errOtherApp       = apiError{42015, "the message was sent by another app"}
	errImageFormat    = apiError{40123, "invalid image format"}
	errNoSuchAPI      = apiError{40066, "invalid url"}
)
