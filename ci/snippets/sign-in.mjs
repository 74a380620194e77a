// Signs in at an app that uses the mock, as a browser without script would, and prints the page that the app shows then.
//
//   node sign-in.mjs APP-URL LOGIN PASSWORD
const [app, login, password] = process.argv.slice(2);
const cookies = new Map(); // browsers share the cookies of localhost between its ports

async function request(url, init = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(url, { ...init, redirect: "manual", headers: { accept: "text/html", cookie, ...init.headers } });
  for (const set of answer.headers.getSetCookie()) {
    const [pair] = set.split(";");
    const at = pair.indexOf("=");
    cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return answer;
}

// The values of an element's attributes.
function attributes(tag) {
  const decode = (text) => text.replace(/&quot;|&#34;/g, '"').replace(/&#39;|&#x27;/g, "'").replace(/&lt;|&#60;/g, "<").replace(/&amp;|&#38;/g, "&");
  return Object.fromEntries([...tag.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value)]));
}

let url = app;
let answer = await request(url);
for (let steps = 0; steps < 20; steps++) {
  const location = answer.headers.get("location");
  if (location) {
    url = new URL(location, url).href;
    answer = await request(url);
    continue;
  }
  const page = await answer.text();
  const form = /<form[^>]*data-se="o-form"[^>]*>[\s\S]*?<\/form>/.exec(page)?.[0];
  if (!form) {
    process.stdout.write(page);
    process.exit(answer.ok && new URL(url).origin === new URL(app).origin ? 0 : 1);
  }
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const { name, value = "", type } = attributes(tag);
    if (!name || type === "checkbox") continue;
    fields.set(name, { identifier: login, "credentials.passcode": password }[name] ?? value);
  }
  url = new URL(attributes(form).action, url).href;
  answer = await request(url, { method: "POST", body: fields, headers: { origin: new URL(url).origin } });
}
console.error("the sign-in did not end");
process.exit(1);
