package socket

// otherTypes are events that mean nothing to the hub but are easily subscribed
// to, or come along with others: they are recorded and acknowledged, since the
// SDK refuses what it does not know and the platform then pushes it for hours.
var otherTypes = []string{
	"approval_instance",
	"approval_task",
	"approval.instance.status_changed_v4",
	"approval.task.status_changed_v4",
	"contact.department.created_v3",
	"contact.department.deleted_v3",
	"contact.department.updated_v3",
	"contact.scope.updated_v3",
	"contact.user.created_v3",
	"im.chat.disbanded_v1",
	"im.chat.member.bot.deleted_v1",
	"im.chat.member.user.added_v1",
	"im.chat.member.user.deleted_v1",
	"im.chat.member.user.withdrawn_v1",
	"im.chat.updated_v1",
	"im.message.bot_muted_v1",
	"im.message.message_read_v1",
	"im.message.reaction.created_v1",
	"im.message.reaction.deleted_v1",
	"minutes.minute.generated_v1",
	"p2p_chat_create",
}
