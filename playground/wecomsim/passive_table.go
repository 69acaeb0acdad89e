package wecomsim

// How the XML of a card differs from its JSON.
var (
	cardLists = []string{
		"HorizontalContentList", "VerticalContentList", "JumpList", "ButtonList", "SelectList", "OptionList", "ActionList",
	}
	cardNumbers = []string{"Type", "Style", "Mode", "DescColor"}
	cardFlags   = []string{"IsChecked", "Disable"}
	cardJoined  = []string{"KeyName", "UserId", "AppId", "PagePath", "CheckBox"}
)
