package wecomsim

// What may be said in each way.
var (
	noticeCards = []string{cardTextNotice, cardNewsNotice}
	allCards    = []string{cardTextNotice, cardNewsNotice, cardButtons, cardVote, cardMultiple}

	appRoad = road{
		kinds: []string{typeText, typeMarkdown, typeImage, typeVoice, typeVideo, typeFile, typeTextCard, typeNews, typeCard},
		text:  2048, markdown: 2048, cards: allCards, app: true,
	}
	groupRoad = road{
		kinds: []string{typeText, typeMarkdown, typeImage, typeVoice, typeVideo, typeFile, typeTextCard, typeNews},
		text:  2048, markdown: 2048,
	}
	robotRoad = road{
		kinds: []string{typeText, typeMarkdown, typeMarkdownV2, typeImage, typeVoice, typeFile, typeNews, typeCard},
		text:  2048, markdown: 4096, cards: noticeCards, app: true, inline: true,
	}
	aibotRoad = road{
		kinds:    []string{typeMarkdown, typeCard},
		markdown: 20480, cards: allCards,
	}
)
