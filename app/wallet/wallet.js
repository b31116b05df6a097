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
  }).catch(() => { throw refused(0, "the server is away"); });
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
    S.channel = new BroadcastChannel("daisee");
    S.channel.onmessage = () => location.reload();
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
    const main = document.querySelector("[data-testid=stMain]"), before = main?.scrollTop ?? 0;
    const yes = await new Promise((decide) => { S.review = { method, params, decide }; S.paint(); main?.scrollTo(0, 0); });
    S.review = null;
    S.paint();
    main?.scrollTo(0, before);
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
  await post("/auth/logout", {}).then(restart, () => {});
}

function tell() {
  const text = JSON.stringify(S.account);
  if (text === S.sent) return;
  S.sent = text;
  S.set("account", S.account);
}

// Who is signed in has changed: this tab and its neighbours start anew, with nothing of before in them.
function restart() {
  S.channel?.postMessage("session");
  location.reload();
}

// --- sign in, sign out, requests ---------------------------------------------------------------------------------
// One thing at a time; the person may stop waiting for it, and what comes of it later is not taken.
async function during(what, work) {
  if (S.busy) return;
  const turn = S.turn = {}, going = () => S.turn === turn;
  S.busy = what;
  S.trouble = null;
  S.paint();
  try { await work(going); } catch (error) { if (going()) S.trouble = failure(error); }
  if (!going()) return;
  S.busy = null;
  S.paint();
}

const connect = (detail) => during("connecting", () => choose(detail, true));

const signIn = () => during("signing_in", async (going) => {
  const { address } = S.account;
  const { message } = await post("/auth/nonce", { address });
  const hex = "0x" + [...new TextEncoder().encode(message)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const signature = await S.chosen.provider.request({ method: "personal_sign", params: [hex, address] });
  if (!going()) return;
  await post("/auth/verify", { message, signature: String(signature) });
  restart();
});

const signOut = () => during("signing_out", async () => { await post("/auth/logout", {}); restart(); });

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

// What no wallet should be asked: the network is checked for what is valid on one network only.
function check({ method, params }) {
  if (!S.chosen || !S.account) throw refused(4900, "no wallet is connected");
  const signer = { personal_sign: params[1], eth_signTypedData_v4: params[0], eth_sendTransaction: params[0]?.from ?? S.account.address }[method];
  if (signer && !same(signer, S.account.address)) throw refused(4100, "the wallet shows another account");
  if (method !== "personal_sign" && elsewhere()) throw refused(4901, "the wallet is on another network");
}

const elsewhere = () => Boolean(S.account) && Number(S.account.chainId) !== Number(S.data.chain.id);

async function run(request) {
  S.waiting = request;
  if (!request || S.started.has(request.id)) return;
  S.started.add(request.id);
  const answer = (body) => S.set("response", { id: request.id, ...body });
  try {
    check(request);
    const result = await S.chosen.provider.request({ method: request.method, params: request.params });
    answer({ ok: true, result: typeof result === "string" ? result : JSON.stringify(result) });
  } catch (error) {
    answer({ ok: false, ...failure(error) });
  }
}

const stopWaiting = () => {
  S.review?.decide(false);
  if (S.busy) {
    S.turn = S.busy = null;
    S.trouble = { code: "-1" };
    return S.paint();
  }
  const { id } = S.waiting;
  S.set("response", { id, ok: false, code: "-1", message: "stopped" });
};
