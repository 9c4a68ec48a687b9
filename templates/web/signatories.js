// Lists who signed, where this script stands: see "The public list" in docs/operations.md.
(() => {
  const script = document.currentScript;
  const { action, document: number, more } = script.dataset;
  const language = script.dataset.language || document.documentElement.lang || "es";
  const countries = new Intl.DisplayNames([language], { type: "region", fallback: "code" });
  const address = new URL(`${action}/${number}/signatories.json`, script.src);

  const added = (parent, tag, text) => {
    const element = parent.appendChild(document.createElement(tag));
    element.textContent = text || "";
    return element;
  };

  const signatory = (list, one) => {
    const entry = added(list, "li");
    if (one.logo) {
      const picture = added(entry, "img");
      Object.assign(picture, { alt: "", loading: "lazy", src: one.logo });
    }
    const name = added(entry, one.website ? "a" : "span", one.name);
    if (one.website) Object.assign(name, { href: one.website, rel: "noopener noreferrer" });
    added(entry, "small", ` ${countries.of(one.country)}`);
  };

  fetch(address, { credentials: "omit" })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((told) => {
      if (!told) return;
      const list = document.createElement("ul");
      list.className = "acuerpa-signatories";
      told.signatories.forEach((one) => signatory(list, one));
      script.after(list);
      if (more && told.unnamed_at_least) {
        const line = document.createElement("p");
        line.textContent = more.replace("{n}", told.unnamed_at_least);
        list.after(line);
      }
    })
    .catch(() => {});
})();
