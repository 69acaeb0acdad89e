package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/config"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// TestDoctorOfAHealthyHub: nothing is worth a word, and everything was looked at.
func TestDoctorOfAHealthyHub(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	fine := map[string]bool{}
	for _, f := range p.findings() {
		if f.Level != levelFine || f.Do != "" || strings.ContainsAny(f.What, "{}") {
			t.Errorf("%s", f.line(false))
		}
		fine[f.Check] = true
	}
	for id := range checkWords {
		if !fine[id] && id != "rest" && id != "oauth" && id != "clock" {
			t.Errorf("%s was not looked at", id)
		}
	}
	if !fine["clock"] {
		t.Error("the platforms' clocks were not looked at")
	}
}

// TestDoctorFindsFaults plants one fault at a time.
func TestDoctorFindsFaults(t *testing.T) {
	t.Parallel()
	for _, c := range faults() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			c.plant(p)
			all := p.findings()
			for _, f := range all {
				if f.Level == c.level && f.Check == c.check && hasAll(f.What+" — "+f.Do, c.words) {
					if f.Do == "" || strings.ContainsAny(f.What+f.Do, "{}") {
						t.Errorf("no advice: %s", f.line(false))
					}
					return
				}
			}
			var told []string
			for _, f := range all {
				told = append(told, f.line(false))
			}
			t.Errorf("want %s %s with %q; told\n%s", levelMarks[c.level], c.check, c.words, strings.Join(told, "\n"))
		})
	}
}

func hasAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// fault is one thing that can be wrong.
type fault struct {
	name  string
	plant func(*patient)
	level level
	check string
	words []string
}

func setting(name, value string) func(*patient) {
	return func(p *patient) { p.env[name] = value }
}

func orgWith(old, now string) func(*patient) {
	return func(p *patient) { p.org = strings.ReplaceAll(p.org, old, now) }
}

func on(day string) func(*patient) {
	return func(p *patient) {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = func() time.Time { return at }
	}
}

// answers puts something between the world and the hub.
func answers(path string, f http.HandlerFunc) func(*patient) {
	return func(p *patient) {
		p.edge = func(hub http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, path) {
					f(w, r)
					return
				}
				hub.ServeHTTP(w, r)
			})
		}
	}
}

func status(code int) http.HandlerFunc { return says(code, "") }

func says(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("X-Request-Id"))
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func faults() []fault {
	all := setupFaults()
	all = append(all, machineFaults()...)
	all = append(all, worldFaults()...)
	return append(all, platformFaults()...)
}

func setupFaults() []fault {
	return []fault{
		{"a variable is wrong", setting("GENJIN_TZ", "Moon"), levelBad, "config", []string{"GENJIN_TZ", "Asia/Shanghai"}},
		{"a second variable is wrong", func(p *patient) { p.env["GENJIN_TZ"], p.env["GENJIN_ADDR"] = "Moon", "8080" }, levelBad, "config", []string{"GENJIN_ADDR"}},
		{"then the rest waits", setting("GENJIN_TZ", "Moon"), levelWarn, "rest", []string{"genjin doctor"}},
		{"a variable is mistyped", func(p *patient) { p.environ = []string{"GENJIN_RULSE=x"} }, levelWarn, "config", []string{"GENJIN_RULSE", "GENJIN_RULES"}},
		{"no platform is on", func(p *patient) { p.env["GENJIN_FEISHU_APP_ID"], p.env["GENJIN_WECOM_CORP_ID"] = "", "" }, levelWarn, "config", []string{"GENJIN_WECOM_CORP_ID"}},
		{"org.yaml names an unknown manager", orgWith("manager: wang", "manager: wong"), levelBad, "org", []string{"org.yaml:2", "wong"}},
		{"org.yaml is away", setting("GENJIN_ORG", "/nowhere/org.yaml"), levelBad, "org", []string{"没有文件 /nowhere/org.yaml", "GENJIN_ORG", "org pull"}},
		{"rules.yaml is away", setting("GENJIN_RULES", "/nowhere/rules.yaml"), levelBad, "rules", []string{"没有文件 /nowhere/rules.yaml", "default_rules.yaml"}},
		{"org.yaml cannot be read", func(p *patient) { p.env["GENJIN_ORG"] = p.dir }, levelBad, "org", []string{"读不到文件", "is a directory", "ls -l"}},
		{"the sample company is live", setting("GENJIN_ORG", ""), levelBad, "org", []string{"示例", "GENJIN_ORG=org.yaml"}},
		{"a manager has no account", orgWith(", feishu: ou_wang, wecom: WangFang", ""), levelBad, "org", []string{"王芳", "org.yaml"}},
		{"a rep has no account", orgWith(", feishu: ou_li, wecom: LiLei", ""), levelWarn, "org", []string{"李雷", "left: true"}},
		{"a rep has no manager", func(p *patient) {
			p.org = strings.ReplaceAll(strings.ReplaceAll(p.org, "manager: wang, ", ""), "role: manager", "role: rep")
		}, levelBad, "org", []string{"没有主管", "manager"}},
		{"there is no admin", orgWith("role: admin", "role: ops"), levelWarn, "org", []string{"role: admin"}},
		{"a robot is a whole address", orgWith("wecom: chateast}", `wecom: chateast}, wecom_robot: "https://x?key=y"`), levelBad, "org", []string{"key="}},
		{"the rules are wrong", func(p *patient) {
			p.env["GENJIN_RULES"] = filepath.Join(p.dir, "rules.yaml")
			p.write("rules.yaml", "score: []\n")
		}, levelBad, "rules", []string{"rules.yaml:"}},
		{"next year is unknown in December", on("2026-12-20"), levelWarn, "holidays", []string{"2027", "holidays"}},
		{"this year is unknown", on("2031-05-05"), levelWarn, "holidays", []string{"2031"}},
		{"a holiday file is broken", func(p *patient) {
			if err := os.Mkdir(filepath.Join(p.dir, "holidays"), 0o700); err != nil {
				p.t.Fatal(err)
			}
			p.write("holidays/2027.json", "{")
		}, levelBad, "holidays", []string{"holidays"}},
	}
}

func (p *patient) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func machineFaults() []fault {
	const postgres = "postgres://u:pw@db/genjin"
	return []fault{
		{"the disk is nearly full", func(p *patient) { p.free = func(string) (uint64, error) { return 200 << 20, nil } }, levelWarn, "data_dir", []string{"200 MiB", "1 GiB"}},
		{"the data dir is a file", func(p *patient) {
			p.write("file", "x")
			p.env["GENJIN_DATA_DIR"] = filepath.Join(p.dir, "file", "data")
		}, levelBad, "data_dir", []string{"不是目录", "GENJIN_DATA_DIR"}},
		{"no hub runs", func(p *patient) { p.served = func(config.Config) (string, bool, error) { return "", false, nil } }, levelWarn, "serve", []string{"genjin serve"}},
		{"the lock cannot be read", func(p *patient) {
			p.served = func(config.Config) (string, bool, error) {
				return "", false, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}
			}
		}, levelWarn, "serve", []string{"permission denied", "同一个用户"}},
		{"there is no database yet", func(p *patient) { p.env["GENJIN_DATA_DIR"] = filepath.Join(p.dir, "new") }, levelWarn, "database", []string{"第一次"}},
		{"the schema is old", func(p *patient) { p.memory.ready = fmt.Errorf("run \"genjin migrate\": %w", store.ErrSchema) }, levelBad, "database", []string{"genjin migrate"}},
		{"the schema is new", func(p *patient) { p.memory.ready = fmt.Errorf("run the newer program: %w", store.ErrSchema) }, levelBad, "database", []string{"更新的 genjin"}},
		{"the data dir is another's", func(p *patient) { p.write("installation", "somebody-else\n") }, levelBad, "marker", []string{"somebody-else", "GENJIN_DATABASE_URL"}},
		{"it cannot commit", func(p *patient) { p.memory.ready = fmt.Errorf("disk is full: %w", store.ErrUnavailable) }, levelBad, "database", []string{"disk is full"}},
		{"PostgreSQL is away", func(p *patient) {
			p.env["GENJIN_DATABASE_URL"] = postgres
			p.open = func(context.Context, config.Config) (memory, error) { return nil, errors.New("connection refused") }
		}, levelBad, "database", []string{"connection refused", "psql"}},
		{"the clock is a little off the database's", func(p *patient) { p.env["GENJIN_DATABASE_URL"], p.memory.ahead = postgres, 4*time.Second }, levelWarn, "clock", []string{"数据库", "timedatectl"}},
		{"the clock is far off the database's", func(p *patient) { p.env["GENJIN_DATABASE_URL"], p.memory.ahead = postgres, -time.Minute }, levelBad, "clock", []string{"数据库", "1m0", "停下"}},
		{"the clock is far off the platform's", func(p *patient) { p.now = func() time.Time { return time.Now().Add(40 * time.Second) } }, levelBad, "clock", []string{"企业微信"}},
		{"the audit key is gone", func(p *patient) { p.memory.auditErr = fmt.Errorf("audit key: %w", fs.ErrNotExist) }, levelBad, "audit", []string{"密钥不见了", "备份"}},
		{"the audit key is another", func(p *patient) { p.memory.auditErr = errors.New("checkpoint 7: the signature is wrong") }, levelBad, "audit", []string{"checkpoint 7", "genjin audit verify"}},
		{"no checkpoint is made", func(p *patient) {
			p.memory.audit = &store.AuditHealth{Signed: 9, At: time.Now().Add(-time.Hour), Unsequenced: 3}
		}, levelWarn, "audit", []string{"3 条", "1h0m0s", "worker"}},
		{"there are dead letters", func(p *patient) {
			p.memory.counts = &store.Counts{DeadJobs: 2, Messages: map[string]int64{"failed": 3, "uncertain": 4}}
		}, levelWarn, "dead", []string{"2 个", "3 条", "4 条", "genjin dead list"}},
		{"work waits", func(p *patient) { p.memory.counts = &store.Counts{DueJobs: 5, OldestDue: time.Hour} }, levelWarn, "backlog", []string{"5 个", "1h0m0s", "worker"}},
		{"approvals reach nobody", func(p *patient) { p.memory.undelivered = []int64{14, 15} }, levelWarn, "approvals", []string{"#14、#15", "可见范围"}},
		{"Redis is away", func(p *patient) {
			p.askRedis = func(context.Context, string) (string, error) { return "", errors.New("redis: connection refused") }
		}, levelBad, "queue", []string{"connection refused", "GENJIN_REDIS_URL"}},
		{"Redis evicts", func(p *patient) {
			p.askRedis = func(context.Context, string) (string, error) { return "allkeys-lru", nil }
		}, levelWarn, "queue", []string{"allkeys-lru", "noeviction"}},
		{"Redis does not say", func(p *patient) { p.askRedis = func(context.Context, string) (string, error) { return "", nil } }, levelWarn, "queue", []string{"noeviction"}},
	}
}

func worldFaults() []fault {
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	return []fault{
		{"the address is local", setting("GENJIN_PUBLIC_URL", "http://localhost:8080"), levelBad, "public_url", []string{"localhost", "GENJIN_PUBLIC_URL"}},
		{"the address is of the office", setting("GENJIN_PUBLIC_URL", "https://192.168.1.5"), levelBad, "public_url", []string{"192.168.1.5"}},
		{"the address is in the clear", setting("GENJIN_PUBLIC_URL", "http://"+hubHost), levelBad, "public_url", []string{"https"}},
		{"links lead nowhere", func(p *patient) {
			p.env["GENJIN_PUBLIC_URL"], p.env["GENJIN_WECOM_CORP_ID"], p.env["GENJIN_FEISHU_MODE"] = "http://localhost:8080", "", "socket"
		}, levelWarn, "public_url", []string{"手机"}},
		{"the name is unknown", func(p *patient) {
			p.dial = func(_ context.Context, host string) (string, error) {
				return "", &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
		}, levelBad, "reach", []string{hubHost, "DNS"}},
		{"nobody listens", func(p *patient) { p.dial = func(context.Context, string) (string, error) { return "127.0.0.1:1", nil } }, levelBad, "reach", []string{"refused", "genjin serve"}},
		{"nobody answers", answers("/healthz", hang), levelBad, "reach", []string{"没有应答", "防火墙"}},
		{"the proxy has no hub behind it", answers("/", status(http.StatusBadGateway)), levelBad, "reach", []string{"502", "GENJIN_ADDR"}},
		{"somebody else answers", answers("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"ok"}`)) }), levelBad, "reach", []string{"不是这个程序"}},
		{"the hub cannot commit", answers("/readyz", says(http.StatusServiceUnavailable, `{"status":"unavailable","database":"disk is full","queue":"ok","channels":"ok"}`)), levelBad, "ready", []string{"disk is full"}},
		{"the hub misses Redis", answers("/readyz", says(http.StatusOK, `{"status":"degraded","database":"ok","queue":"degraded","channels":"ok"}`)), levelWarn, "ready", []string{"Redis"}},
		{"the long connection is down", answers("/readyz", says(http.StatusOK, `{"status":"degraded","database":"ok","queue":"ok","channels":["feishu: wrong secret"]}`)), levelBad, "ready", []string{"feishu: wrong secret", "长连接"}},
		{"the hub goes by older settings", answers("/readyz", says(http.StatusOK, `{"status":"degraded","database":"ok","queue":"ok","channels":"ok","config":["org: old file"]}`)), levelBad, "ready", []string{"org: old file", "reload"}},
		{"the certificate ends soon", func(p *patient) { p.notAfter = time.Now().Add(5*24*time.Hour + time.Hour) }, levelWarn, "tls", []string{"5 天", "续签"}},
		{"the certificate has ended", func(p *patient) { p.notAfter = time.Now().Add(-time.Hour) }, levelBad, "tls", []string{"过期"}},
		{"the certificate is another's", func(p *patient) { p.names = []string{"other.example.com"} }, levelBad, "tls", []string{"other.example.com", "证书链"}},
		{"the running hub lacks WeCom", func(p *patient) {
			p.hubEnv = func(env map[string]string) func(string) string {
				own := maps.Clone(env)
				maps.Copy(own, demoWeComEnv(""))
				return func(name string) string { return own[name] }
			}
		}, levelBad, "callback_wecom", []string{"没有启用", "重启"}},
		{"the running hub has another key", func(p *patient) {
			p.hubEnv = func(env map[string]string) func(string) string {
				own := maps.Clone(env)
				own["GENJIN_WECOM_BOT_TOKEN"] = "another"
				return func(name string) string { return own[name] }
			}
		}, levelBad, "callback_wecom_bot", []string{"EncodingAESKey", "重启"}},
		{"the callback is cut off", answers("/webhooks/feishu", status(http.StatusForbidden)), levelBad, "callback_feishu", []string{"403"}},
		{"the callback is slow", func(p *patient) {
			p.edge = func(hub http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/webhooks/wecom" {
						time.Sleep(1200 * time.Millisecond)
					}
					hub.ServeHTTP(w, r)
				})
			}
		}, levelWarn, "callback_wecom", []string{"1 秒"}},
		{"OAuth without a name", func(p *patient) {
			p.env["GENJIN_WECOM_OAUTH"], p.env["GENJIN_PUBLIC_URL"] = "on", "http://localhost:8080"
		}, levelBad, "oauth", []string{"可信域名"}},
		{"OAuth with another name", setting("GENJIN_WECOM_OAUTH", "on"), levelBad, "oauth", []string{hubHost, "可信域名"}},
	}
}

func platformFaults() []fault {
	refuse := func(name string, se *bots.SendError) func(*patient) {
		return func(p *patient) {
			p.platforms = func(config.Config) ([]platform, error) {
				return []platform{{name: name, check: func(context.Context) error { return se }}}, nil
			}
		}
	}
	entry := func(a wecom.Agent) func(*patient) {
		return func(p *patient) {
			p.platforms = func(config.Config) ([]platform, error) {
				return []platform{{name: "wecom", app: func(context.Context) (wecom.Agent, error) { return a, nil }}}, nil
			}
		}
	}
	return []fault{
		{"Feishu's secret is wrong", setting("GENJIN_FEISHU_APP_SECRET", "wrong"), levelBad, "feishu", []string{"App Secret", "凭证与基础信息"}},
		{"Feishu is away", setting("GENJIN_FEISHU_API_BASE", "http://127.0.0.1:1"), levelBad, "feishu", []string{"连不上", "HTTPS_PROXY"}},
		{"Feishu says something new", refuse("feishu", &bots.SendError{Code: bots.CodeConfig, Platform: "token http 200 code 99", Err: errors.New("hm")}), levelBad, "feishu", []string{"code 99 hm", "错误码"}},
		{"WeCom's secret is wrong", setting("GENJIN_WECOM_SECRET", "wrong"), levelBad, "wecom", []string{"40001", "GENJIN_WECOM_SECRET"}},
		{"WeCom's corp id is wrong", setting("GENJIN_WECOM_CORP_ID", "ww0"), levelBad, "wecom", []string{"40013", "企业信息"}},
		{"WeCom's agent is another", setting("GENJIN_WECOM_AGENT_ID", "1000003"), levelBad, "wecom", []string{"301002", "GENJIN_WECOM_AGENT_ID"}},
		{"the address is not trusted", func(p *patient) {
			p.before = func(p *patient) { p.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultBadIP}) }
		}, levelBad, "wecom", []string{"60020", "企业可信IP"}},
		{"the address is named", refuse("wecom", &bots.SendError{
			Code: bots.CodeConfig, Platform: "getcallbackip errcode 60020",
			Err: errors.New("not allow to access from your ip, hint: [1], from ip: 1.2.3.4, more info at https://open.work.weixin.qq.com/devtool/query?e=60020"),
		}), levelBad, "wecom", []string{"名单：1.2.3.4", "加入 1.2.3.4"}},
		{"WeCom has no right", func(p *patient) {
			p.before = func(p *patient) { p.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultNoRight}) }
		}, levelBad, "wecom", []string{"48002", "自建应用"}},
		{"the app is off", entry(wecom.Agent{Name: "跟进", Off: true, Root: true}), levelBad, "wecom", []string{"跟进", "停用", "开关"}},
		{"the app is for a few", entry(wecom.Agent{Name: "跟进"}), levelWarn, "wecom", []string{"华东区", "60011", "根部门"}},
		{"a person is not in WeCom", orgWith("wecom: LiLei", "wecom: LiLie"), levelBad, "accounts", []string{"李雷（LiLie）", "可见范围"}},
		{"a person is out of sight", func(p *patient) { p.wecom.AddUser(wecomsim.User{UserID: "LiLei", Name: "李雷", NoReach: true}) }, levelBad, "accounts", []string{"李雷（LiLei）"}},
	}
}

// TestDoctorBesideServe: the command works on the file of a running hub, line by
// line or as JSON, and its exit says whether something must be mended.
func TestDoctorBesideServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(li, newLead)
	w.sees(li, "线索 #")
	w.settled()
	getenv := func(name string) string {
		if name == "GENJIN_PUBLIC_URL" {
			return w.base
		}
		return w.getenv(name)
	}
	out, err := runsWith(t, getenv, "doctor", "--json")
	if !errors.Is(err, errDoctor) { // a real platform could not reach it, and it is the sample company
		t.Errorf("%v\n%s", err, out)
	}
	var bad []string
	levels := map[string]string{}
	for line := range strings.Lines(out) {
		var f struct{ Level, Check, What, Do string }
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		levels[f.Check] = f.Level
		if f.Level == "bad" {
			bad = append(bad, f.Check)
		}
	}
	if strings.Join(bad, " ") != "org" { // nothing else is looked at before that is mended
		t.Errorf("bad: %v\n%s", bad, out)
	}
	orgFile := filepath.Join(t.TempDir(), "org.yaml")
	if err := os.WriteFile(orgFile, config.SampleOrg(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = runsWith(t, func(name string) string {
		if name == "GENJIN_ORG" {
			return orgFile
		}
		return getenv(name)
	}, "doctor")
	if !errors.Is(err, errDoctor) {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"✓ 数据库：", "✓ 数据目录标记：", "✓ 审计：", "✓ 死信：", "✓ 飞书应用：", "✗ 对外地址：", "✓ 对外访问：" + w.base, "✓ 飞书回调：", "✓ 运行状态：",
		"✓ 服务进程：genjin serve 正在运行（进程 " + strconv.Itoa(os.Getpid()), "体检结束：1 处必须处理",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, secret := range []string{"demo-secret", "demo-encrypt-key", "demo-verification-token"} {
		if strings.Contains(out, secret) {
			t.Errorf("it tells %q", secret)
		}
	}
}
