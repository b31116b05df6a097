// The wallet in the page: finds the browser's wallets (EIP-6963), lets the visitor choose, signs in, and passes the
// server's requests on (EIP-1193), each id at most once. Text goes in by textContent only; strings only go back.
// One store per browser tab: the component may be mounted again, the providers and the ids already run stay.
const S = (globalThis.__daiseeWallet ??= {
  providers: new Map(), chosen: null, started: new Set(), bound: new WeakSet(), sent: null,
  account: null, trouble: null, busy: null, review: null, persona: null, silent: false,
});
const CHOICE = "daisee.wallet", PERSONA = "daisee.persona", DEMO = "local.daisee.demo";

const remember = (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private mode */ } };
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const failure = (error) => ({ code: String(error?.code ?? -32603), message: String(error?.message ?? error) });
const refused = (code, message) => Object.assign(new Error(message), { code });
const short = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;
const same = (one, other) => Boolean(one && other) && one.toLowerCase() === other.toLowerCase();
const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), S.data?.labels[key] ?? key);
const reason = ({ code }) => S.data?.labels[`error.${code}`] ?? say("error.other", { code });

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw refused(said.code ?? answer.status, said.message ?? answer.statusText);
  return said;
}

// --- wallets -----------------------------------------------------------------------------------------------------
function announced(detail) {
  if (!detail?.info?.uuid || typeof detail.provider?.request !== "function") return;
  S.providers.set(detail.info.rdns ?? detail.info.uuid, detail);
  S.recollect?.();
  S.paint?.();
}

function discover() {
  if (!S.listening) {
    S.listening = true;
    window.addEventListener("eip6963:announceProvider", (event) => announced(event.detail));
  }
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  // A wallet that knows nothing of EIP-6963.
  setTimeout(() => {
    if (window.ethereum && ![...S.providers.keys()].some((name) => name !== DEMO))
      announced({ info: { uuid: "injected", rdns: "injected", name: say("injected") }, provider: window.ethereum });
  }, 300);
}

// The demo's wallet: shows what it is asked to sign, and has the server of the local demo sign it.
const demoProvider = {
  async request({ method, params }) {
    if (method === "eth_chainId") return S.data.chain.id;
    if (method === "eth_accounts") return S.persona ? [S.persona] : [];
    if (method === "eth_requestAccounts") return [S.persona];
    if (method === "wallet_switchEthereumChain") return null;
    const yes = await new Promise((decide) => { S.review = { method, params, decide }; S.paint(); });
    S.review = null;
    S.paint();
    if (!yes) throw refused(4001, "refused");
    return (await post("/demo-wallet", { address: S.persona, method, params })).result;
  },
};

function offerDemo() {
  const people = S.data.demo;
  if (!people.length) return S.providers.delete(DEMO);
  if (!people.some(({ address }) => address === S.persona))
    S.persona = people.find(({ address }) => address === recall(PERSONA))?.address ?? people[0].address;
  if (!S.providers.has(DEMO)) announced({ info: { uuid: DEMO, rdns: DEMO, name: say("demo") }, provider: demoProvider });
}

function bind(detail) {
  const provider = detail.provider;
  if (!provider.on || S.bound.has(provider)) return;
  S.bound.add(provider);
  for (const event of ["accountsChanged", "chainChanged", "disconnect"])
    provider.on(event, () => { if (S.chosen?.provider === provider) look(false); });
}

// Take up the wallet chosen before, without asking it anything that opens a window.
S.recollect = () => {
  if (S.chosen || S.silent) return;
  const detail = S.providers.get(recall(CHOICE));
  if (!detail) return;
  S.silent = true;
  choose(detail, false);
};

function choose(detail, prompt) {
  S.chosen = detail;
  bind(detail);
  return look(prompt);
}

async function look(prompt) {
  const detail = S.chosen;
  if (!detail) return;
  try {
    const accounts = await detail.provider.request({ method: prompt ? "eth_requestAccounts" : "eth_accounts" });
    const chainId = String(await detail.provider.request({ method: "eth_chainId" }));
    S.trouble = null;
    S.account = accounts[0] ? { address: String(accounts[0]), chainId, wallet: String(detail.info.name) } : null;
    if (prompt && S.account) remember(CHOICE, detail.info.rdns ?? detail.info.uuid);
  } catch (error) {
    S.trouble = failure(error);
    if (prompt) S.chosen = null;
  }
  await switched();
  tell();
  S.paint();
}

// Another account than the one signed in: that session is over, here and on the server.
async function switched() {
  if (!S.data?.session || !S.account || same(S.account.address, S.data.session)) return;
  tell();
  await post("/auth/logout", {}).then(() => location.reload(), () => {});
}

function tell() {
  const text = JSON.stringify(S.account);
  if (text === S.sent) return;
  S.sent = text;
  S.set("account", S.account);
}

// --- sign in, sign out, requests ---------------------------------------------------------------------------------
async function during(what, work) {
  if (S.busy) return;
  S.busy = what;
  S.trouble = null;
  S.paint();
  try { await work(); } catch (error) { S.trouble = failure(error); }
  S.busy = null;
  S.paint();
}

const signIn = () => during("signing_in", async () => {
  const { address } = S.account;
  const { message } = await post("/auth/nonce", { address });
  const hex = "0x" + [...new TextEncoder().encode(message)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const signature = await S.chosen.provider.request({ method: "personal_sign", params: [hex, address] });
  await post("/auth/verify", { message, signature: String(signature) });
  location.reload();
});

const signOut = () => during("signing_out", async () => { await post("/auth/logout", {}); location.reload(); });

const switchChain = () => during("switching", async () => {
  const { id, name, rpc } = S.data.chain;
  const ask = (method, parameter) => S.chosen.provider.request({ method, params: [parameter] });
  try {
    await ask("wallet_switchEthereumChain", { chainId: id });
  } catch (error) {
    if (Number(error?.code) !== 4902 || !rpc) throw error;
    await ask("wallet_addEthereumChain", {
      chainId: id, chainName: name, rpcUrls: [rpc], nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    });
  }
  await look(false);
});

async function run(request) {
  S.waiting = request;
  if (!request || S.started.has(request.id)) return;
  S.started.add(request.id);
  const answer = (body) => S.set("response", { id: request.id, ...body });
  try {
    if (!S.chosen || !S.account) throw refused(4900, "no wallet is connected");
    const result = await S.chosen.provider.request({ method: request.method, params: request.params });
    answer({ ok: true, result: typeof result === "string" ? result : JSON.stringify(result) });
  } catch (error) {
    answer({ ok: false, ...failure(error) });
  }
}

const stopWaiting = () => {
  const { id } = S.waiting;
  S.review?.decide(false);
  S.set("response", { id, ok: false, code: "-1", message: "stopped" });
};

// --- what is seen ------------------------------------------------------------------------------------------------
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const text = (content, className = "grow") => element("p", { className, textContent: content });
const button = (name, label, onclick, primary = false) => {
  const made = element("button", { type: "button", textContent: label, onclick, disabled: Boolean(S.busy) });
  made.dataset.testid = name;
  if (primary) made.className = "primary";
  return made;
};
const row = (...children) => element("div", { className: "row" }, ...children);

function connectors() {
  const found = [...S.providers.entries()];
  const wallets = found.filter(([name]) => name !== DEMO).map(([name, detail]) =>
    button(`connect-${name}`, say("connect", { wallet: detail.info.name }), () => choose(detail, true), found.length === 1));
  if (!S.providers.has(DEMO)) return wallets;
  const people = element("select", { ariaLabel: say("demo_who"), onchange: () => { S.persona = people.value; remember(PERSONA, S.persona); } });
  people.dataset.testid = "demo-who";
  people.append(...S.data.demo.map(({ name, address }) => element("option", { value: address, textContent: name, selected: address === S.persona })));
  return [...wallets, people, button("connect-demo", say("demo_connect"), () => choose(S.providers.get(DEMO), true), !wallets.length)];
}

function account() {
  const { session } = S.data;
  const other = button("change", say("change"), () => { S.chosen = S.account = null; remember(CHOICE, null); tell(); S.paint(); });
  if (session) return row(text(say("signed_in", { address: short(session) })), button("sign-out", say("sign_out"), signOut));
  if (S.account)
    return row(text(say("connected", { address: short(S.account.address), wallet: S.account.wallet })), button("sign-in", say("sign_in"), signIn, true), other);
  return row(text(say(S.providers.size ? "welcome" : "none")), ...connectors());
}

function reconnect() {
  if (!S.data.session || S.account) return [];
  return [row(text(say("not_connected")), ...connectors())];
}

function wrongChain() {
  if (!S.account || Number(S.account.chainId) === Number(S.data.chain.id)) return [];
  const text_ = text(say("wrong_chain", { there: Number(S.account.chainId), here: Number(S.data.chain.id) }));
  return [element("div", { className: "banner", role: "alert" }, text_, row(button("switch-chain", say("switch_chain"), switchChain, true)))];
}

// What the demo's wallet is about to sign, as a wallet shows it.
function shown({ method, params }) {
  if (method === "personal_sign") {
    const bytes = Uint8Array.from(params[0].slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
    return new TextDecoder().decode(bytes);
  }
  if (method === "eth_signTypedData_v4") {
    const { domain, primaryType, message } = JSON.parse(params[1]);
    return JSON.stringify({ [primaryType]: message, domain }, null, 2);
  }
  return JSON.stringify(params[0], null, 2);
}

function review() {
  if (!S.review) return [];
  const { method, decide } = S.review;
  const person = S.data.demo.find(({ address }) => address === S.persona)?.name ?? "";
  const title = element("h2", { textContent: say("review", { person }) });
  const body = element("pre", { textContent: shown(S.review), tabIndex: 0 });
  body.dataset.testid = "demo-shown";
  const buttons = ["yes", "no"].map((name) => {
    const made = button(`demo-${name}`, say(`demo_${name}`), () => decide(name === "yes"), name === "yes");
    made.disabled = false;
    return made;
  });
  return [element("section", { className: "panel", ariaLabel: say("demo") }, title, text(say(`method.${method}`)), body, row(...buttons))];
}

function status() {
  if (S.review) return [];
  if (S.trouble) return [text(reason(S.trouble), "wrong")];
  if (S.busy) return [text(say(S.busy), "")];
  if (S.waiting && S.account) return [row(text(say("waiting")), button("stop", say("stop"), stopWaiting))];
  return [];
}

export default function ({ parentElement, data, setStateValue }) {
  S.data = data;
  S.set = setStateValue;
  const root = parentElement.querySelector("#wallet");
  S.paint = () => {
    const focused = (parentElement.activeElement ?? document.activeElement)?.dataset?.testid;
    const live = root.querySelector("[role=status]") ?? element("div", { role: "status", ariaLive: "polite" });
    live.replaceChildren(...status());
    root.replaceChildren(account(), ...reconnect(), ...wrongChain(), ...review(), live);
    if (focused) root.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  };
  offerDemo();
  discover();
  run(data.request);
  S.recollect();
  if (S.account) { tell(); switched(); }
  S.paint();
}
