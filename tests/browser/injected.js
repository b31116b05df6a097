// A wallet of the tests, put into the top frame before the app: every request goes to Python, which really signs.
(() => {
  if (window.top !== window) return;
  const listeners = {}, held = [];
  const provider = {
    async request({ method, params }) {
      const ask = async () => JSON.parse(await window.__walletRequest(JSON.stringify({ method, params: params ?? [] })));
      let answer = await ask();
      while (answer.held) {
        await new Promise((release) => held.push(release));
        answer = await ask();
      }
      if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      return answer.result;
    },
    on: (name, heard) => (listeners[name] ||= []).push(heard),
    removeListener: () => {},
  };
  window.__walletEmit = (name, value) => (listeners[name] || []).forEach((heard) => heard(value));
  window.__walletRelease = () => held.splice(0).forEach((release) => release());
  const info = Object.freeze({ uuid: "00000000-0000-4000-8000-000000000001", name: "Test wallet", rdns: "test.wallet", icon: "data:image/svg+xml,<svg/>" });
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
