package store

// What a start says that finds another database than it needs.
const (
	wordSchemaOld = "数据库的结构是 %d，本程序需要 %d：请执行 genjin migrate"
	wordSchemaNew = "数据库的结构是 %d，比本程序认识的 %d 新，没有动它：请改用更新的 genjin，或恢复升级前的备份"
	wordForeign   = "%s 写的是 %s，数据库里写的是 %s：请把 GENJIN_DATA_DIR 或 GENJIN_DATABASE_URL 改成一套的"
	wordNotSynced = "数据库的 synchronous_commit 是 off，答复过的事件可能丢失：请改成 on"
	wordNoMarker  = "还没有"
)

// Why the database cannot be used, where anybody may read it.
const (
	wordNoCommit     = "数据库不能提交"
	wordNoServer     = "连不上数据库服务器"
	wordServerSays   = "数据库服务器不能提交（SQLSTATE %s）"
	wordDiskFull     = "数据库所在的磁盘满了"
	wordReadOnly     = "数据库只能读，不能写"
	wordFileBusy     = "数据库文件正被别的程序占用"
	wordFileBroken   = "数据库文件坏了"
	wordFileUnusable = "数据库文件读写不了"
	wordNotOneSet    = "数据目录和数据库不是一套"
)

// What a verification says, to the people who asked for it. Each line names a
// row, a checkpoint or a file.
const (
	wordLeafAltered    = "审计记录 %s（%s %s）被改动"
	wordLeafForeign    = "审计记录 %s（%s %s）不是本程序写入的"
	wordLeafMisplaced  = "审计记录 %s（%s %s）与审计散列 %d 不符：被调换、重新编号，或散列被改动"
	wordLeafGone       = "审计记录 #%d 不见了"
	wordLeavesGone     = "审计记录 #%d 到 #%d 不见了"
	wordLeafNumber     = "审计记录 %s 的编号 %d 被改动"
	wordLeavesUnread   = "审计记录从 #%d 起读不出来：%v"
	wordOpenUnread     = "未编号的审计记录从 %q 之后读不出来：%v"
	wordLeavesHidden   = "审计记录里另有 %d 行不在编号之内"
	wordHashGone       = "审计散列 %d 不见了"
	wordHashAltered    = "审计散列 %d 被改动"
	wordHashExtra      = "审计散列 %d 是多出来的"
	wordHashNoLeaf     = "审计散列 %d 是多出来的，或者审计记录 #%d 不见了"
	wordHashesUnread   = "审计散列从 %d 起读不出来：%v"
	wordTreeBroken     = "审计记录 #%d 起无法再与日志树核对"
	wordSignature      = "%s：签名不对，内容被改动或不是本机密钥所签"
	wordNoCheckpoint   = "%s：不是本日志的检查点"
	wordRowAltered     = "检查点 %d：行与签名内容不一致"
	wordPrevGone       = "检查点 %d：它前面的检查点 %d 不见了"
	wordRowGone        = "检查点 %d：数据库里的行不见了"
	wordFileGone       = "检查点 %d：文件不见了"
	wordFileDiffers    = "检查点 %d：文件与数据库不一致"
	wordFileStrange    = "检查点目录里有不认识的文件 %s"
	wordFileUnread     = "检查点文件 %s 读不出来：%v"
	wordRowsUnread     = "检查点读不出来：%v"
	wordOutsideUnknown = "%s：数据库里没有这个检查点"
	wordRootDiffers    = "%s：它之前的记录与签名时不同"
	wordRootUnchecked  = "%s：它之前缺了记录，无法核对"
	wordTailCut        = "%s：日志只剩 %d 条，尾部被截断"
	wordMoreSigned     = "其后另有 %d 个检查点同样不符"
	wordKeyGone        = "审计密钥 keys/audit.key 不见了"
	wordPubGone        = "公钥 keys/audit.pub 不见了"
	wordPubDiffers     = "公钥 keys/audit.pub 与审计密钥不符"
	wordFileRow        = "凭证 %s 的登记与接收时的审计记录不一致"
	wordFileRowGone    = "凭证 %s 的登记不见了"
	wordFilesUnread    = "凭证登记从 %q 之后读不出来：%v"
	wordBytesGone      = "凭证文件 %s 不见了"
	wordBytesDiffer    = "凭证文件 %s 的内容被改动"
	wordBytesUnread    = "凭证文件 %s 读不出来：%v"
	wordMore           = "……另有 %d 处"
	nameCheckpoint     = "检查点 %d"
	nameCheckpointFile = "检查点文件 %s"
	nameOutside        = "外部检查点"
)
