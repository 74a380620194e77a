// Signs in at an app that uses the mock, in Chromium, and prints the text that greets the user. With SIGN-OUT it signs out too, and checks
// that the next sign-in asks for the user again.
//
//   node sign-in-browser.mjs APP-URL LOGIN PASSWORD START GREETING [SIGN-OUT]
//
// START, GREETING and SIGN-OUT are CSS selectors on the app's pages: the button that starts the sign-in, the greeting, and the button that
// signs out. START is on the page without a user.
import { open } from "../okta-clients/browser.mjs";

const [app, login, password, start, greeting, signOut] = process.argv.slice(2);
const browser = await open();
try {
  await browser.visit(app);
  await browser.click(start);
  await browser.type('[name="identifier"]', login);
  await browser.click('[data-type="save"]');
  await browser.type('[name="credentials.passcode"]', password);
  await browser.click('[data-type="save"]');
  console.log(await browser.text(greeting));
  if (signOut) {
    await browser.click(signOut);
    await browser.click(start);
    await browser.type('[name="identifier"]', login);
  }
} finally {
  await browser.close();
}
