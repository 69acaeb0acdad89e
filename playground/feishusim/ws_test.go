package feishusim

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// client is a client of the long connection, answering with what answer says.
type wsClient struct {
	conn   *websocket.Conn
	done   chan struct{}
	write  sync.Mutex
	mu     sync.Mutex
	events []map[string]any
	pong   chan string
}

func (w *world) endpoint() string {
	w.t.Helper()
	got := w.call("POST", "/callback/ws/endpoint", map[string]any{"AppID": "cli_test", "AppSecret": "secret"})
	u, _ := dataOf(got)["URL"].(string)
	if u == "" {
		w.t.Fatalf("endpoint: %v", got)
	}
	return u
}

// connect opens a long connection; answer gives code and data, code 0: silence.
func (w *world) connect(answer func(event map[string]any) (code int, data string)) *wsClient {
	w.t.Helper()
	before := w.Sockets()
	conn, resp, err := websocket.DefaultDialer.DialContext(w.t.Context(), w.endpoint(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close()
	c := &wsClient{conn: conn, done: make(chan struct{}), pong: make(chan string, 9)}
	go c.run(answer)
	w.t.Cleanup(func() { _ = conn.Close(); <-c.done })
	for w.Sockets() <= before {
		select {
		case <-w.Changed():
		case <-soon(w.t).Done():
			w.t.Fatal("the connection is not seen")
		}
	}
	return c
}

func (c *wsClient) run(answer func(map[string]any) (int, string)) {
	defer close(c.done)
	chunks := map[string][][]byte{}
	for {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		f, err := decodeFrame(raw)
		if err != nil {
			return
		}
		if f.method == methodControl {
			c.pong <- string(f.payload)
			continue
		}
		id := f.header("message_id")
		chunks[id] = append(chunks[id], f.payload)
		if len(chunks[id]) < f.number("sum") {
			continue
		}
		var event map[string]any
		_ = json.Unmarshal(slices.Concat(chunks[id]...), &event)
		c.mu.Lock()
		c.events = append(c.events, event)
		c.mu.Unlock()
		code, data := answer(event)
		if code == 0 {
			continue
		}
		f.payload, _ = json.Marshal(map[string]any{"code": code, "headers": nil, "data": []byte(data)})
		f.headers = append(f.headers, [2]string{"biz_rt", "1"})
		c.send(f)
	}
}

func (c *wsClient) send(f *frame) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.conn.WriteMessage(websocket.BinaryMessage, f.encode())
}

func (c *wsClient) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.events)
}

func taken(map[string]any) (int, string) { return 200, "" }

func TestLongConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.FrameBytes = 100 })
	c := w.connect(func(e map[string]any) (int, string) {
		if path(e, "header", "event_type") == kindClick {
			return 200, `{"toast":{"type":"success","content":"好"}}`
		}
		return 200, ""
	})
	if res := w.SendText(soon(t), "ou_li", "", "帮助"); !res.OK() {
		t.Fatalf("push: %+v", res)
	}
	if len(w.hub.seen()) != 0 || c.count() != 1 || path(c.events[0], "event", "message", "content") != `{"text":"帮助"}` {
		t.Errorf("arrived: %v", c.events)
	}
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	if res := w.Click(soon(t), "ou_wang", id, "ok", nil); res.Toast != "好" {
		t.Errorf("click: %+v", res)
	}
	c.send(&frame{service: serviceID, headers: [][2]string{{"type", "ping"}}})
	select {
	case config := <-c.pong:
		if !strings.Contains(config, "PingInterval") {
			t.Errorf("pong carries %q", config)
		}
	case <-soon(t).Done():
		t.Error("no pong")
	}
}

func TestLongConnectionRepush(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := make(chan struct{})
	n := 0
	w.connect(func(map[string]any) (int, string) {
		if n++; n == 1 {
			return 500, ""
		}
		close(second)
		return 200, ""
	})
	if res := w.SendText(soon(t), "ou_li", "", "a"); res.Status != 500 {
		t.Errorf("first outcome: %+v", res)
	}
	select {
	case <-second:
	case <-soon(t).Done():
		t.Error("an event answered with 500 was not pushed again")
	}
}

func TestOneOfSeveralConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.RetryDelays = nil })
	a, b := w.connect(taken), w.connect(taken)
	for range 40 {
		w.SendText(soon(t), "ou_li", "", "a")
	}
	if a.count() == 0 || b.count() == 0 || a.count()+b.count() != 40 {
		t.Errorf("%d and %d of 40", a.count(), b.count())
	}
	w.KillSockets()
	<-a.done
	<-b.done
}

func TestHandshakeRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	if got := w.call("POST", "/callback/ws/endpoint", map[string]any{"AppID": "cli_test", "AppSecret": "x"}); got["code"] == 0.0 {
		t.Error("a wrong secret got an endpoint")
	}
	dial := func(u string) http.Header {
		conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), u, nil)
		if err == nil {
			_ = conn.Close()
			t.Fatal("the handshake went through")
		}
		_ = resp.Body.Close()
		return resp.Header
	}
	if head := dial(strings.Replace(w.endpoint(), "access_key=", "access_key=x", 1)); head.Get("Handshake-Status") != "403" {
		t.Errorf("forged key: %v", head)
	}
	for range maxSockets {
		w.connect(taken)
	}
	head := dial(w.endpoint())
	if head.Get("Handshake-Status") != "514" || head.Get("Handshake-Autherrcode") != "1000040350" {
		t.Errorf("51st connection: %v", head)
	}
}

func TestHalfOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect(taken)
	w.SetFault(Fault{Kind: FaultHalfOpen})
	if res := w.SendText(soon(t), "ou_li", "", "a", NoRetry()); res.OK() || c.count() != 0 {
		t.Errorf("a half-open connection carried: %+v", res)
	}
}

// The bytes were made with the SDK's own Frame type, which writes the optional
// fields even when they are empty.
func TestFrameBytes(t *testing.T) {
	t.Parallel()
	const sdk = "080110ac0218f681801020012a0d0a047479706512056576656e7432003a0042027b7d4a00"
	const ours = "080110ac0218f681801020012a0d0a047479706512056576656e7442027b7d"
	raw, err := hex.DecodeString(sdk)
	if err != nil {
		t.Fatal(err)
	}
	f, err := decodeFrame(raw)
	if err != nil || f.service != serviceID || f.header("type") != "event" || string(f.payload) != "{}" {
		t.Fatalf("read %+v %v", f, err)
	}
	if got := hex.EncodeToString(f.encode()); got != ours {
		t.Errorf("written as %s", got)
	}
}
