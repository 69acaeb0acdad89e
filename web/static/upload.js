// The upload page with progress. Without this script the form posts by itself.
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $("up");
  if (!form) return;
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const most = Number(form.dataset.most);
  let file = null;
  let xhr = null;

  document.querySelectorAll("[data-js], [data-for]").forEach((e) => { e.hidden = false; });
  document.querySelectorAll("[data-plain]").forEach((e) => { e.hidden = true; });
  document.querySelectorAll("[data-for]").forEach((e) => { e.addEventListener("click", () => $(e.dataset.for).click()); });

  const size = (n) => n >= 1 << 20 ? `${(n / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(n / 1024))} KB`;

  const wrong = (text) => {
    $("wrong").textContent = text;
    $("wrong").hidden = !text;
    if (text) $("wrong").scrollIntoView({ block: "nearest" });
  };

  const busy = (on) => {
    form.hidden = on;
    $("going").hidden = !on;
  };

  const choose = (f) => {
    file = f || null;
    const large = file && file.size > most;
    $("chosen").textContent = file ? `已选：${file.name}（${size(file.size)}）` : "";
    $("chosen").hidden = !file;
    wrong(large ? form.dataset.large : "");
    if (large) file = null;
  };

  const over = (state, title, text) => {
    form.hidden = true;
    $("going").hidden = true;
    wrong("");
    $("over").className = `notice ${state === "done" ? "success" : state === "trouble" ? "danger" : "warning"}`;
    $("state").textContent = title;
    $("said").textContent = text;
    $("over").hidden = false;
    $("over").scrollIntoView({ block: "nearest" });
  };

  const broken = () => {
    busy(false);
    wrong("网络断了，文件没有传完，链接还能用：请再点一次上传。");
  };

  const answered = () => {
    let a = null;
    try { a = JSON.parse(xhr.responseText); } catch { /* no answer of ours */ }
    if (!a || !a.state) return broken();
    if (a.state === "open" || a.state === "trouble") {
      busy(false);
      return wrong(a.text);
    }
    return over(a.state, a.title, a.text);
  };

  const progress = (e) => {
    if (!e.lengthComputable) return;
    const part = Math.floor(100 * e.loaded / e.total);
    $("bar").value = part;
    $("told").textContent = part < 100 ? `正在上传 ${part}%（${size(e.loaded)} / ${size(e.total)}）` : "已传完，正在检查…";
  };

  const send = () => {
    const body = new FormData();
    body.append("file", file, file.name);
    xhr = new XMLHttpRequest();
    xhr.open("POST", location.pathname);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.upload.onprogress = progress;
    xhr.onload = answered;
    xhr.onerror = broken;
    xhr.ontimeout = broken;
    xhr.onabort = () => busy(false);
    $("bar").value = 0;
    $("told").textContent = "正在上传 0%";
    wrong("");
    busy(true);
    xhr.send(body);
  };

  for (const input of inputs) {
    input.addEventListener("change", () => {
      inputs.filter((other) => other !== input).forEach((other) => { other.value = ""; });
      choose(input.files[0]);
    });
  }
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (!file) return wrong($("wrong").hidden ? "请先选一个文件。" : $("wrong").textContent);
    return send();
  });
  $("stop").addEventListener("click", () => xhr && xhr.abort());

  const drop = $("drop");
  for (const kind of ["dragover", "dragenter"]) {
    document.addEventListener(kind, (e) => { e.preventDefault(); drop.classList.add("dropping"); });
  }
  document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) drop.classList.remove("dropping"); });
  document.addEventListener("drop", (e) => {
    e.preventDefault();
    drop.classList.remove("dropping");
    inputs.forEach((input) => { input.value = ""; });
    choose(e.dataTransfer.files[0]);
  });
  window.addEventListener("beforeunload", (e) => { if (!$("going").hidden) e.preventDefault(); });
})();
