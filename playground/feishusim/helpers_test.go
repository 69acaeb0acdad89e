package feishusim

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// clock is a platform clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a platform with two people, a group, and a hub that records.
type world struct {
	*Server
	t     *testing.T
	base  string
	clock *clock
	hub   *hub
	token string
}

// testClient calls the platform for all tests.
var testClient = &http.Client{Timeout: 15 * time.Second}

// hub is what the events are pushed to.
type hub struct {
	mu     sync.Mutex
	events []map[string]any
	heads  []http.Header
	answer func(event map[string]any, n int) (status int, body string)
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event map[string]any
	_ = json.Unmarshal(decrypt("test key", body), &event)
	if event["type"] == "url_verification" {
		_ = json.NewEncoder(w).Encode(map[string]any{"challenge": event["challenge"]})
		return
	}
	h.mu.Lock()
	h.events = append(h.events, event)
	h.heads = append(h.heads, r.Header.Clone())
	n, answer := len(h.events), h.answer
	h.mu.Unlock()
	status, out := http.StatusOK, "{}"
	if answer != nil {
		status, out = answer(event, n)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, out)
}

func (h *hub) seen() []map[string]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]map[string]any(nil), h.events...)
}

func (h *hub) answers(f func(event map[string]any, n int) (int, string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = f
}

// decrypt is written apart from the simulator's own encryption.
func decrypt(key string, body []byte) []byte {
	var in struct {
		Encrypt string `json:"encrypt"`
	}
	if json.Unmarshal(body, &in) != nil || in.Encrypt == "" {
		return body
	}
	raw, err := base64.StdEncoding.DecodeString(in.Encrypt)
	if err != nil || len(raw) < 32 {
		return nil
	}
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil
	}
	out := make([]byte, len(raw)-16)
	cipher.NewCBCDecrypter(block, raw[:16]).CryptBlocks(out, raw[16:])
	return out[:len(out)-int(out[len(out)-1])]
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	o := Options{
		AppID: "cli_test", AppSecret: "secret", EncryptKey: "test key", VerificationToken: "v-token",
		Now: c.Now, RetryDelays: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	w := &world{Server: New(o), t: t, clock: c, hub: &hub{}}
	web := httptest.NewServer(w.hub)
	base, stop := w.Start()
	t.Cleanup(func() { stop(); web.Close() })
	w.base = base
	w.SetEventURL(web.URL)
	w.AddUser(User{OpenID: "ou_li", Name: "李雷", Mobile: "13800138000", Email: "li@example.com", DepartmentID: "east", LeaderOpenID: "ou_wang"})
	w.AddUser(User{OpenID: "ou_wang", Name: "王芳", DepartmentID: "east"})
	w.AddChat(Chat{ID: "oc_east", Name: "华东群", Members: []string{"ou_li", "ou_wang"}, BotIn: true})
	w.login()
	return w
}

func (w *world) login() {
	w.t.Helper()
	got := w.call("POST", "/open-apis/auth/v3/tenant_access_token/internal", map[string]any{"app_id": "cli_test", "app_secret": "secret"})
	w.token, _ = got["tenant_access_token"].(string)
	if w.token == "" {
		w.t.Fatalf("no token: %v", got)
	}
}

// call makes one API call; the HTTP status is added to the answer.
func (w *world) call(method, path string, body any) map[string]any {
	w.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.callRaw(method, path, "application/json; charset=utf-8", raw)
}

func (w *world) callRaw(method, path, media string, raw []byte) map[string]any {
	w.t.Helper()
	resp, err := w.try(method, path, media, raw)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]any{}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if json.Unmarshal(data, &out) != nil {
		out["raw"] = string(data)
	}
	out["status"] = resp.StatusCode
	out["reset"] = resp.Header.Get("x-ogw-ratelimit-reset")
	if resp.Header.Get("X-Tt-Logid") == "" {
		w.t.Errorf("%s %s: no X-Tt-Logid", method, path)
	}
	return out
}

func (w *world) try(method, path, media string, raw []byte) (*http.Response, error) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.base+path, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	if w.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	return testClient.Do(req)
}

// reaches tells whether a call is answered at all.
func (w *world) reaches(method, path string, raw []byte) bool {
	w.t.Helper()
	resp, err := w.try(method, path, "application/json", raw)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return true
}

// send says something and gives the message id.
func (w *world) send(idType, id, kind, content, uuid string) map[string]any {
	w.t.Helper()
	return w.call("POST", "/open-apis/im/v1/messages?receive_id_type="+idType,
		map[string]any{"receive_id": id, "msg_type": kind, "content": content, "uuid": uuid})
}

func (w *world) wantCode(got map[string]any, code, status int) {
	w.t.Helper()
	if got["code"] != float64(code) || got["status"] != status {
		w.t.Errorf("got HTTP %v %v %v, want HTTP %d code %d", got["status"], got["code"], got["msg"], status, code)
	}
}

func dataOf(got map[string]any) map[string]any {
	d, _ := got["data"].(map[string]any)
	return d
}

func messageID(got map[string]any) string {
	id, _ := dataOf(got)["message_id"].(string)
	return id
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func text(s string) string { return jsonString(map[string]string{"text": s}) }

const approvalCard = `{"schema":"2.0","config":{"update_multi":true},
 "header":{"template":"orange","title":{"tag":"plain_text","content":"待你审批 · 华东智造"}},
 "body":{"elements":[
  {"tag":"markdown","content":"**提交人** <at id=ou_li></at>"},
  {"tag":"form","name":"f","elements":[
   {"tag":"input","name":"comment","max_length":5,"label":{"tag":"plain_text","content":"意见"}},
   {"tag":"column_set","columns":[{"tag":"column","elements":[
    {"tag":"button","name":"ok","type":"primary_filled","text":{"tag":"plain_text","content":"同意"},"form_action_type":"submit",
     "behaviors":[{"type":"callback","value":{"act":"approve","id":"42"}}]}]}]}]},
  {"tag":"button","name":"off","disabled":true,"text":{"tag":"plain_text","content":"过期"}}]}}`

const closedCard = `{"schema":"2.0","header":{"title":{"tag":"plain_text","content":"已同意"}},"body":{"elements":[{"tag":"markdown","content":"王芳 10:00"}]}}`
