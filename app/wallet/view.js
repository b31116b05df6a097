// What is seen of the wallet: the second half of the one module that begins in wallet.js.
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
const shortRow = (...children) => element("div", { className: "row short" }, ...children);

function connectors() {
  const found = [...S.providers.entries()];
  const wallets = found.filter(([name]) => name !== DEMO).map(([name, detail]) =>
    button(`connect-${name}`, say("connect", { wallet: detail.info.name }), () => connect(detail), found.length === 1));
  if (!S.providers.has(DEMO)) return wallets;
  const people = element("select", { ariaLabel: say("demo_who"), onchange: () => { S.persona = people.value; remember(PERSONA, S.persona); } });
  people.dataset.testid = "demo-who";
  people.append(...S.data.demo.map(({ name, address }) => element("option", { value: address, textContent: name, selected: address === S.persona })));
  return [...wallets, people, button("connect-demo", say("demo_connect"), () => connect(S.providers.get(DEMO)), !wallets.length)];
}

function account() {
  const { session, who } = S.data;
  const other = button("change", say("change"), () => { S.chosen = S.account = null; remember(CHOICE, null); tell(); S.paint(); });
  if (session) return shortRow(text(say(who ? "signed_in_as" : "signed_in", { who, address: short(session) })), button("sign-out", say("sign_out"), signOut));
  if (S.account)
    return row(text(say("connected", { address: short(S.account.address), wallet: S.account.wallet })), button("sign-in", say("sign_in"), signIn, true), other);
  return row(text(say(S.providers.size ? "welcome" : "none")), ...connectors(), ...mobile());
}

// A phone's browser has no wallet in it; a wallet's own browser has.
function mobile() {
  if (S.providers.size || location.protocol !== "https:") return [];
  return [element("a", { href: `https://link.metamask.io/dapp/${location.host}${location.pathname}`, textContent: say("mobile"), rel: "noreferrer" })];
}

function reconnect() {
  if (!S.data.session || S.account) return [];
  return [row(text(say("not_connected")), ...connectors())];
}

function wrongChain() {
  if (!elsewhere()) return [];
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

function stopButton() {
  const made = button("stop", say("stop"), stopWaiting);
  made.disabled = false;
  return made;
}

function status() {
  if (S.review) return [];
  if (S.trouble) return [text(reason(S.trouble), "wrong")];
  if (S.busy) return [shortRow(text(say(S.busy)), stopButton())];
  if (S.waiting && S.account) return [shortRow(text(say("waiting")), stopButton())];
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
