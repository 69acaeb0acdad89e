package feishusim

import "net/http"

// apiError is what the platform says instead of data.
type apiError struct {
	status int
	code   int
	msg    string
}

// The errors that the simulator gives, with their documented codes.
var (
	errNoToken       = apiError{http.StatusBadRequest, 99991661, "Missing access token for authorization. Please make a request with token attached."}
	errTokenKind     = apiError{http.StatusBadRequest, 99991671, "Invalid access token for authorization. It must start with 't-' or 'u-'."}
	errTokenInvalid  = apiError{http.StatusBadRequest, 99991663, "Invalid access token for authorization. Please make a request with token attached."}
	errNoScope       = apiError{http.StatusBadRequest, 99991672, "Access denied. The app lacks one of the required scopes."}
	errNoSuchAPI     = apiError{http.StatusNotFound, 99991201, "no such API"}
	errFields        = apiError{http.StatusBadRequest, 99992402, "field validation failed"}
	errCrossApp      = apiError{http.StatusBadRequest, 99992361, "open_id cross app"}
	errMessageID     = apiError{http.StatusBadRequest, 99992354, "not a valid {message_id}, Invalid ids: []"}
	errTooFast       = apiError{http.StatusTooManyRequests, 99991400, "request trigger frequency limit"}
	errTooFastOld    = apiError{http.StatusBadRequest, 99991400, "request trigger frequency limit"}
	errSecret        = apiError{http.StatusOK, 10014, "app secret invalid"}
	errAppID         = apiError{http.StatusOK, 10003, "invalid app_id"}
	errParam         = apiError{http.StatusBadRequest, 230001, "Your request contains an invalid request parameter."}
	errNotInChat     = apiError{http.StatusBadRequest, 230002, "The bot can not be outside the group."}
	errDeleted       = apiError{http.StatusBadRequest, 230011, "The message is withdrawn."}
	errNoReach       = apiError{http.StatusBadRequest, 230013, "Bot has NO availability to this user."}
	errNotOwnFile    = apiError{http.StatusBadRequest, 230017, "Bot is NOT the owner of the resource."}
	errChatFast      = apiError{http.StatusBadRequest, 230020, "This operation triggers the frequency limit."}
	errTooLong       = apiError{http.StatusBadRequest, 230025, "The length of the message content reaches its limit."}
	errTooOld        = apiError{http.StatusBadRequest, 230031, "The message is older than 14 days and cannot be updated."}
	errNotOwn        = apiError{http.StatusBadRequest, 230050, "The message is invisible to the operator."}
	errMuted         = apiError{http.StatusBadRequest, 230053, "The user has stopped the bot from sending messages."}
	errWrongType     = apiError{http.StatusBadRequest, 230054, "This operation is not supported for this message type."}
	errEdits         = apiError{http.StatusBadRequest, 230072, "The message has reached the number of times it can be edited."}
	errCard          = apiError{http.StatusBadRequest, 230099, "Failed to create card content"}
	errNoMessage     = apiError{http.StatusBadRequest, 230110, "Action unavailable as the message has been deleted."}
	errNoChat        = apiError{http.StatusBadRequest, 232006, "Your request specifies a chat which does not exist."}
	errNoFileContent = apiError{http.StatusBadRequest, 234010, "File's size can't be 0."}
	errFileTooLarge  = apiError{http.StatusBadRequest, 234006, "The file size exceed the max value."}
	errFileParam     = apiError{http.StatusBadRequest, 234001, "Invalid request param."}
	errFileMatch     = apiError{http.StatusBadRequest, 234003, "File not in msg."}
	errFileChat      = apiError{http.StatusBadRequest, 234004, "App not in chat."}
	errFileOwner     = apiError{http.StatusBadRequest, 234008, "The app is not the resource sender."}
	errFileHuge      = apiError{http.StatusBadRequest, 234037, "Downloaded file size exceeds limit."}
	errFileKind      = apiError{http.StatusBadRequest, 234043, "Unsupported message type."}
	errCardToken     = apiError{http.StatusBadRequest, 300030, "The token of the card has expired."}
	errCardSpent     = apiError{http.StatusBadRequest, 300040, "The token of the card has been used up."}
	errNoUser        = apiError{http.StatusBadRequest, 41012, "user id invalid error"}
	errDeptScope     = apiError{http.StatusForbidden, 40004, "no dept authority error"}
	errUserScope     = apiError{http.StatusBadRequest, 41050, "no user authority error"}
	errNoDepartment  = apiError{http.StatusBadRequest, 43007, "department not found"}
	errPageToken     = apiError{http.StatusBadRequest, 40003, "invalid page_token"}
)

// with adds what exactly was wrong, as the platform does behind "ext=".
func (e apiError) with(ext string) apiError {
	e.msg += ", ext=" + ext
	return e
}
