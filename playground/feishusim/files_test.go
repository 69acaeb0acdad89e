package feishusim

import (
	"bytes"
	"mime/multipart"
	"testing"
)

func (w *world) upload(path string, fields map[string]string, part string, data []byte) map[string]any {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			w.t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile(part, "x")
	if err == nil {
		_, err = f.Write(data)
	}
	if err != nil || m.Close() != nil {
		w.t.Fatal(err)
	}
	return w.callRaw("POST", path, m.FormDataContentType(), b.Bytes())
}

func TestUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pdf := map[string]string{"file_type": "pdf", "file_name": "方案.pdf"}
	got := w.upload("/open-apis/im/v1/files", pdf, "file", []byte("%PDF-1.7"))
	w.wantCode(got, 0, 200)
	key, _ := dataOf(got)["file_key"].(string)
	sent := w.send("open_id", "ou_li", "file", jsonString(map[string]string{"file_key": key}), "")
	w.wantCode(sent, 0, 200)
	if m, _ := w.Message(messageID(sent)); m.FileName != "方案.pdf" || string(m.FileData) != "%PDF-1.7" {
		t.Errorf("people see %+v", m)
	}
	if raw := w.call("GET", "/open-apis/im/v1/files/"+key, nil)["raw"]; raw != "%PDF-1.7" {
		t.Errorf("own file is %v", raw)
	}
	w.wantCode(w.upload("/open-apis/im/v1/files", pdf, "file", nil), 234010, 400)
	w.wantCode(w.upload("/open-apis/im/v1/files", pdf, "file", make([]byte, maxFile+1)), 234006, 400)
	w.wantCode(w.upload("/open-apis/im/v1/files", map[string]string{"file_type": "exe", "file_name": "a"}, "file", []byte("a")), 234001, 400)
	image := map[string]string{"image_type": "message"}
	w.wantCode(w.upload("/open-apis/im/v1/images", image, "image", []byte("png")), 0, 200)
	w.wantCode(w.upload("/open-apis/im/v1/images", image, "image", make([]byte, maxImage+1)), 234006, 400)
	w.wantCode(w.upload("/open-apis/im/v1/images", nil, "image", []byte("png")), 234001, 400)
	w.wantCode(w.call("POST", "/open-apis/im/v1/files", map[string]any{}), 234001, 400)
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := soon(t)
	file := w.SendFile(ctx, "ou_li", "", "纪要.pdf", []byte("%PDF-1.4"))
	image := w.SendImage(ctx, "ou_li", "oc_east", []byte("\x89PNG"))
	key := func(i int, name string) string {
		content, _ := path(w.hub.seen()[i], "event", "message", "content").(string)
		_, rest, _ := bytes.Cut([]byte(content), []byte(name+`":"`))
		id, _, _ := bytes.Cut(rest, []byte(`"`))
		return string(id)
	}
	fileKey, imageKey := key(0, "file_key"), key(1, "image_key")
	get := func(id, key, kind string) map[string]any {
		return w.call("GET", "/open-apis/im/v1/messages/"+id+"/resources/"+key+"?type="+kind, nil)
	}
	if raw := get(file.MessageID, fileKey, "file")["raw"]; raw != "%PDF-1.4" {
		t.Errorf("downloaded %v", raw)
	}
	if raw := get(image.MessageID, imageKey, "image")["raw"]; raw != "\x89PNG" {
		t.Errorf("downloaded %v", raw)
	}
	w.wantCode(get(image.MessageID, fileKey, "file"), 234003, 400)
	w.wantCode(get(file.MessageID, fileKey, "image"), 234001, 400)
	w.wantCode(get(file.MessageID, fileKey, ""), 234001, 400)
	w.wantCode(get("om_none", fileKey, "file"), 230110, 400)
	w.wantCode(w.call("GET", "/open-apis/im/v1/files/"+fileKey, nil), 234008, 400)
	card := messageID(w.send("open_id", "ou_li", "interactive", closedCard, ""))
	w.wantCode(get(card, fileKey, "file"), 234043, 400)
	w.RemoveBotFromChat(ctx, "ou_li", "oc_east")
	w.wantCode(get(image.MessageID, imageKey, "image"), 234004, 400)
}
