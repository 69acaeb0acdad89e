package store

// What backup and restore say to the person at the console.
const (
	wordDirFull     = "%s 不是空目录（里面有 %s）：请换一个新的或空的目录"
	wordNothingYet  = "数据库里还没有数据，没有可备份的内容（请检查 GENJIN_DATA_DIR 与 GENJIN_DATABASE_URL）"
	wordNoManifest  = "%s 里没有 manifest.json：不是备份，或者那次备份没有做完"
	wordBadManifest = "%s 的 manifest.json 读不懂"
	wordOtherFormat = "%s 的格式是 %d，本程序只认识 %d：请用写它的版本恢复"
	wordStrangePath = "%s 的 manifest.json 指到备份之外：%s"
	wordCopyBroken  = "数据库副本不完整：%s"
	wordDumpDiffers = "导出文件里的表 %s 与数据库不一致"
	wordToolGone    = "本机没有 %s：请安装 PostgreSQL 客户端（版本不低于服务器的 %d，例如 apt install postgresql-client）后重试，或在装有它的机器上执行同一命令"
	wordToolOld     = "%s 比服务器的版本 %d 旧，%s 不能用：请安装 PostgreSQL %d 的客户端（例如 apt install postgresql-client）"
	wordToolBehind  = "备份是用更新的 pg_dump 写的，%s 读不懂：请安装与当时相同或更新的 PostgreSQL 客户端（例如 apt install postgresql-client），或在装有它的机器上执行同一命令"

	wordNeedsPostgres = "备份来自 PostgreSQL：请把 GENJIN_DATABASE_URL 指到一个空的 PostgreSQL 数据库"
	wordNeedsSQLite   = "备份来自 SQLite：恢复时请不要设置 GENJIN_DATABASE_URL"
	wordNewerBackup   = "备份的数据库结构是 %d，本程序只到 %d：请用更新的 genjin 恢复"
	wordDamaged       = "这份备份在做的时候，原数据已有 %d 处不符（例如：%s）；确认要用，加 --damaged"
	wordServed        = "%s 正由进程 %s（genjin serve）使用：请先停掉它"
	wordConnected     = "有 %d 个 genjin 连接着这个数据库（来自 %s）：请先停掉它们"
	wordTargetFull    = "数据目录 %s 不是空的（里面有 %s）：请先移走，或把 GENJIN_DATA_DIR 指到空目录"
	wordBrokeOff      = "数据目录 %s 里是一次没有做完的恢复（%s）：请清空它再恢复"
	wordFileThere     = "数据库文件 %s 已经存在：请先移走"
	wordTablesThere   = "数据库 %s 里已有 %d 张表（%s …）：请换一个空的数据库"
	wordPartGone      = "备份里缺 %s"
	wordPartDiffers   = "备份里的 %s 被改动或损坏"
	wordRestoredBad   = "恢复出的数据与备份时不同：%s"
	wordHeadDiffers   = "恢复出的审计日志有 %d 条，与清单上的 %d 条或其树根不符"
	wordSchemaDiffers = "恢复出的数据库结构是 %d，清单上是 %d"
	wordRowsDiffer    = "恢复出的表 %s 有 %d 行，清单上是 %d 行"
	wordMarkerDiffers = "恢复出的数据库不是清单上的那一个"
)
