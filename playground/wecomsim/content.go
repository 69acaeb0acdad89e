package wecomsim

import (
	"crypto/md5" //nolint:gosec // the platform wants it
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

const maxRobotImage = 2 << 20

// outBody is the part of a send that says what is shown.
type outBody struct {
	MsgType    string          `json:"msgtype"`
	Text       *outText        `json:"text"`
	Markdown   *outText        `json:"markdown"`
	MarkdownV2 *outText        `json:"markdown_v2"`
	Image      *outMedia       `json:"image"`
	Voice      *outMedia       `json:"voice"`
	Video      *outMedia       `json:"video"`
	File       *outMedia       `json:"file"`
	TextCard   *outTextCard    `json:"textcard"`
	News       *outNews        `json:"news"`
	Card       json.RawMessage `json:"template_card"`
}

type outText struct {
	Content         string   `json:"content"`
	MentionedList   []string `json:"mentioned_list"`
	MentionedMobile []string `json:"mentioned_mobile_list"`
}

type outMedia struct {
	MediaID string `json:"media_id"`
	Base64  string `json:"base64"`
	MD5     string `json:"md5"`
}

type outTextCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	BtnTxt      string `json:"btntxt"`
}

type outNews struct {
	Articles []outTextCard `json:"articles"`
}

// road is what may be said in one way.
type road struct {
	kinds          []string
	text, markdown int      // bytes
	cards          []string // types of cards
	app            bool     // cards may hold the app's files
	inline         bool     // pictures come in the body
	replacing      bool     // it takes the place of a card, whose task id it has
}

// contentLocked reads what is to be shown into a message; sh is what a card
// says, nil without a card.
func (s *Server) contentLocked(m *message, in *outBody, way road, c *call) (sh *sheet, rep reply, ok bool) {
	if !slices.Contains(way.kinds, in.MsgType) {
		return nil, fail(errMsgType.with(in.MsgType)), false
	}
	m.kind = in.MsgType
	var e apiError
	switch in.MsgType {
	case typeText:
		e = s.textLocked(m, in.Text, way.text)
	case typeMarkdown:
		e = s.textLocked(m, in.Markdown, way.markdown)
	case typeMarkdownV2:
		e = s.textLocked(m, in.MarkdownV2, way.markdown)
	case typeImage, typeVoice, typeVideo, typeFile:
		e = s.mediaLocked(m, in, way, c)
	case typeTextCard:
		e = textCard(m, in.TextCard)
	case typeNews:
		e = news(m, in.News)
	case typeCard:
		return s.cardLocked(m, in.Card, way, c)
	}
	return nil, fail(e), e.code == 0
}

func (s *Server) textLocked(m *message, t *outText, limit int) apiError {
	if t == nil || strings.TrimSpace(t.Content) == "" {
		return errEmptyText
	}
	if len(t.Content) > limit {
		return errTooLong
	}
	m.text = t.Content
	for _, id := range t.MentionedList {
		name := id
		if u, known := s.userLocked(id); known {
			name = u.Name
		} else if id == "@all" {
			name = "所有人"
		}
		m.text += " @" + name
	}
	return apiError{}
}

// mediaLocked takes a file that was uploaded, or that is in the body.
func (s *Server) mediaLocked(m *message, in *outBody, way road, c *call) apiError {
	media := map[string]*outMedia{typeImage: in.Image, typeVoice: in.Voice, typeVideo: in.Video, typeFile: in.File}[in.MsgType]
	switch {
	case media == nil:
		return errNoMedia
	case way.inline && in.MsgType == typeImage:
		return inlineImage(m, media)
	case media.MediaID == "":
		return errNoMedia
	}
	b, ok := s.blobLocked(media.MediaID, c.now)
	if !ok || b.kind != in.MsgType {
		return errMedia
	}
	m.mediaID, m.fileName, m.fileData = b.id, b.name, b.data
	return apiError{}
}

// inlineImage takes a picture as group robots get them.
func inlineImage(m *message, media *outMedia) apiError {
	data, err := base64.StdEncoding.DecodeString(media.Base64)
	if err != nil || len(data) == 0 {
		return errMediaFormat
	}
	sum := md5.Sum(data)
	switch {
	case len(data) > maxRobotImage:
		return errImageSize
	case !strings.EqualFold(media.MD5, hex.EncodeToString(sum[:])):
		return errParams.with("image.md5 does not fit")
	}
	m.fileName, m.fileData = "image.png", data
	return apiError{}
}

func textCard(m *message, t *outTextCard) apiError {
	switch {
	case t == nil || t.Title == "":
		return errNoTitle
	case t.Description == "":
		return errNoDescription
	case t.URL == "":
		return errURLMissing
	case len(t.Title) > 128 || len(t.Description) > 512:
		return errTooLong
	}
	m.text, m.link = strings.Join([]string{t.Title, t.Description}, "\n"), t.URL
	return apiError{}
}

func news(m *message, n *outNews) apiError {
	if n == nil || len(n.Articles) < 1 || len(n.Articles) > 8 {
		return errArticles
	}
	var lines []string
	for _, a := range n.Articles {
		if a.Title == "" {
			return errNoTitle
		}
		lines = append(lines, a.Title)
		if a.Description != "" {
			lines = append(lines, a.Description)
		}
	}
	m.text, m.link = strings.Join(lines, "\n"), n.Articles[0].URL
	return apiError{}
}
