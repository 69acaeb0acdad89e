"use strict";
// The page works without this script; with it nothing is loaded twice, half
// filled forms stay as they are, and files can be dragged into the chat.
(() => {
  const body = document.body, at = (id) => document.getElementById(id);
  const toast = at("toast"), ask = at("ask");
  const { prefix, here } = body.dataset;
  const phones = [...document.querySelectorAll(".chat")].map((el) => ({ el, key: el.id, log: at(el.id + "-log") }));
  const drawn = {};
  let rev = body.dataset.rev, hide = 0;
  body.classList.add("js");

  const down = ({ log }) => { log.scrollTop = log.scrollHeight; };
  const near = ({ log }) => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const inSight = () => phones.filter((p) => p.el.offsetParent !== null);

  function tell({ text, tone }) {
    if (!text || tone === "quiet") return;
    toast.textContent = text;
    toast.className = "toast " + (tone || "");
    toast.hidden = false;
    clearTimeout(hide);
    hide = setTimeout(() => { toast.hidden = true; }, 4000);
  }

  // put replaces a part when it has changed, and keeps what was folded open.
  function put(id, html) {
    const el = at(id);
    if (drawn[id] === html) return;
    const open = new Set([...el.querySelectorAll("details[open]")].map((d) => d.dataset.key || "menu"));
    const focus = document.activeElement && el.contains(document.activeElement) ? document.activeElement.value || document.activeElement.href : null;
    drawn[id] = html;
    el.innerHTML = html;
    for (const d of el.querySelectorAll("details")) d.open = open.has(d.dataset.key || "menu");
    if (focus) for (const c of el.querySelectorAll("button, a")) if ((c.value || c.href) === focus) c.focus();
  }

  function show(phone, messages) {
    const stay = near(phone), { log } = phone;
    if (messages.length) log.querySelector(":scope > .empty")?.remove();
    const old = new Map([...log.querySelectorAll(".item")].map((e) => [e.dataset.id, e]));
    for (const m of messages) {
      let el = old.get(m.id);
      if (el && el.dataset.rev === m.rev) continue;
      if (!el) {
        el = document.createElement("article");
        el.className = "item";
        el.dataset.id = m.id;
        log.append(el);
      }
      el.dataset.rev = m.rev;
      el.innerHTML = m.html;
    }
    if (stay) down(phone);
  }

  // held is over once no finger or button is down: what is redrawn in the
  // middle of a click would lose it.
  let held = Promise.resolve(), release = () => {};
  document.addEventListener("pointerdown", () => { release(); held = new Promise((ok) => { release = ok; }); });
  for (const up of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(up, () => setTimeout(() => release()));

  // left is over once the visitor has gone to another page: a question that
  // lived on would have the hub's answers count as seen.
  const left = new AbortController();
  addEventListener("pagehide", () => left.abort());
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

  async function refresh() {
    const q = new URLSearchParams(here);
    q.set("rev", rev);
    for (const p of inSight()) q.append("sight", p.key);
    const r = await fetch(prefix + "/state?" + q, { signal: left.signal });
    if (!r.ok) throw new Error(String(r.status));
    const s = await r.json();
    at("now").textContent = s.now;
    if (s.rev === rev) return;
    await held;
    rev = s.rev;
    for (const id of ["people", "tour", "faults", "trace"]) put(id, s[id]);
    for (const news of s.phones) {
      put(news.key + "-head", news.head);
      show(phones.find((p) => p.key === news.key), news.chat || []);
      for (const mark of document.querySelectorAll(`[data-new="${news.key}"]`)) {
        mark.textContent = news.new;
        mark.parentElement.hidden = !news.new;
      }
    }
  }

  async function watch() {
    while (!left.signal.aborted) {
      try {
        if (document.hidden) await new Promise((ok) => document.addEventListener("visibilitychange", ok, { once: true }));
        await refresh();
      } catch {
        await new Promise((ok) => setTimeout(ok, 2000));
      }
    }
  }

  function confirmed(words) {
    return new Promise((ok) => {
      at("ask-text").textContent = words;
      ask.returnValue = "no";
      ask.addEventListener("close", () => ok(ask.returnValue === "yes"), { once: true });
      ask.showModal();
    });
  }

  async function act(form, button) {
    const data = new FormData(form);
    if (button?.name) data.set(button.name, button.value);
    if (button?.dataset.confirm && !(await confirmed(button.dataset.confirm))) return;
    const multi = form.enctype === "multipart/form-data";
    const line = form.matches(".line");
    if (line) { form.reset(); grow(form.elements.text); }
    button?.classList.add("busy");
    try {
      const r = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: multi ? data : new URLSearchParams(data) });
      if (!r.ok) throw new Error(String(r.status));
      tell(await r.json());
    } catch {
      tell({ tone: "danger", text: "没有发出去：体验场没有应答，请看看程序是否还在运行" });
    } finally {
      button?.classList.remove("busy");
    }
    const phone = phones.find((p) => p.el.contains(form));
    if (line && phone) down(phone);
    if (form.action.endsWith("/step")) go(form.dataset.on);
  }

  document.addEventListener("submit", (e) => {
    if (!e.target.matches("form[data-act]")) return;
    e.preventDefault();
    act(e.target, e.submitter);
  });

  const grow = (text) => { text.style.height = "auto"; text.style.height = text.scrollHeight + 2 + "px"; };

  // compose brings a phone's field to life: Enter sends, files can be dropped.
  function compose({ el }) {
    const form = el.querySelector("form.line");
    if (!form) return;
    const say = form.elements.text, pick = form.elements.file;
    say.addEventListener("input", () => grow(say));
    say.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
        e.preventDefault();
        if (say.value.trim()) form.requestSubmit();
      }
    });
    pick.addEventListener("change", () => { if (pick.files.length) form.requestSubmit(); });
    el.addEventListener("dragover", (e) => { e.preventDefault(); el.classList.add("dropping"); });
    el.addEventListener("dragleave", (e) => { if (!el.contains(e.relatedTarget)) el.classList.remove("dropping"); });
    el.addEventListener("drop", (e) => {
      e.preventDefault();
      el.classList.remove("dropping");
      if (!e.dataTransfer.files.length) return;
      pick.files = e.dataTransfer.files;
      form.requestSubmit();
    });
  }
  phones.forEach(compose);

  // go shows one of the columns on a narrow screen.
  function go(view) {
    body.dataset.view = view;
    for (const b of document.querySelectorAll("[data-go]")) b.setAttribute("aria-pressed", String(b.dataset.go === view));
    phones.filter((p) => p.key === view).forEach(down);
  }
  for (const b of document.querySelectorAll("[data-go]")) b.addEventListener("click", () => go(b.dataset.go));
  document.addEventListener("click", (e) => {
    for (const m of document.querySelectorAll("details.menu[open]")) if (!m.contains(e.target)) m.open = false;
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") for (const m of document.querySelectorAll("details.menu[open]")) { m.open = false; m.querySelector("summary").focus(); }
  });

  if (!toast.hidden) tell({ text: toast.textContent, tone: toast.dataset.tone });
  phones.forEach(down);
  watch();
})();
