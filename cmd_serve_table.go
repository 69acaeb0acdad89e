package main

// What a command says that cannot go on, to who sits before the machine.
const (
	wordDatabaseAway = "数据库现在不能用，执行 genjin doctor 看该做什么（%w）"
	wordAddrTaken    = "GENJIN_ADDR %s 已被别的程序占用：停掉它（ss -ltnp 看是谁），或换一个端口（%w）"
)
