// Signs in with @okta/okta-auth-js, in Node: the steps of its IDX functions, in a whole flow and with mistakes.
import assert from "node:assert/strict";
import { OktaAuth } from "@okta/okta-auth-js";
import { nextCode } from "./totp.mjs";

// The library warns that its storage is in memory, which is what these flows need.
console.warn = () => {};

const LOGIN = "buyer@example.test";
const PASSWORD = "Passw0rd!";

function client(more = {}) {
  return new OktaAuth({
    issuer: `${process.env.ORG}/oauth2/default`,
    clientId: "0oamarketembed0005d7",
    redirectUri: "http://localhost:8080/login/callback",
    scopes: ["openid", "profile", "email", "offline_access", "products:read"],
    ...more,
  });
}

const WITH_FACTORS = "mfa@example.test";

/** The library chooses the steps by the values that it is given. */
const inLegacyMode = () => client({ idx: { enableLegacyMode: true } });

const step = (transaction) => transaction.nextStep ?? transaction.availableSteps[0];
const keys = (transaction) => (transaction.messages ?? []).map((message) => message.i18n.key);

/** Lets the password of a user expire, as an administrator does. */
async function expire(login) {
  const headers = { authorization: "SSWS 00mockMarketApiToken0123456789abcdefghijkl" };
  const url = `${process.env.ORG}/api/v1/users/${login}/lifecycle/expire_password`;
  assert.equal((await fetch(url, { method: "POST", headers })).status, 200);
}

/** The last message to a user. */
async function message(user, kind = "email") {
  const answer = await fetch(`${process.env.ORG}/_mock/inbox/wait?user=${user}&kind=${kind}&timeout=10`);
  assert.equal(answer.status, 200);
  return answer.json();
}

/** Answers the notifications that wait, as users do on their phones. */
async function answerPush(decision) {
  const body = JSON.stringify({ decision, user: "push@example.test" });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${process.env.ORG}/_mock/pushes`, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
}

/** Enters name and password of the user with second factors. */
async function toSecondFactor(auth) {
  await auth.idx.start();
  await auth.idx.proceed({ step: "identify", username: WITH_FACTORS });
  return auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
}

/** Chooses an authenticator by its label. */
function choose(auth, transaction, label) {
  const name = "select-authenticator-authenticate";
  const form = transaction.rawIdxState.remediation.value.find((remediation) => remediation.name === name);
  const option = form.value[0].options.find((offered) => offered.label === label);
  const id = option.value.form.value.find((field) => field.name === "id").value;
  return auth.idx.proceed({ step: name, authenticator: { id } });
}

const flows = {
  async "start, and one step after the other"() {
    const auth = client();
    let transaction = await auth.idx.start();
    assert.equal(transaction.status, "PENDING");
    assert.equal(step(transaction).name, "identify");
    transaction = await auth.idx.proceed({ step: "identify", username: LOGIN });
    assert.equal(step(transaction).name, "challenge-authenticator");
    transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
    assert.equal(transaction.status, "SUCCESS");
    const { accessToken, idToken, refreshToken } = transaction.tokens;
    assert.equal(idToken.claims.email, LOGIN);
    assert.deepEqual(idToken.claims.amr, ["pwd"]);
    assert.ok(accessToken.scopes.includes("products:read"));
    assert.ok(refreshToken.refreshToken);
    auth.tokenManager.setTokens(transaction.tokens);
    const renewed = await auth.token.renewTokens();
    assert.notEqual(renewed.accessToken.accessToken, accessToken.accessToken);
  },

  async "authenticate with all values at once"() {
    const transaction = await inLegacyMode().idx.authenticate({
      username: LOGIN, password: PASSWORD, rememberMe: true,
    });
    assert.equal(transaction.status, "SUCCESS");
    assert.equal(transaction.tokens.idToken.claims.email, LOGIN);
  },

  async "a wrong password, then the right one"() {
    const auth = client();
    await auth.idx.start();
    await auth.idx.proceed({ step: "identify", username: LOGIN });
    let transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: "wrong" } });
    assert.equal(transaction.status, "PENDING");
    assert.deepEqual(keys(transaction), ["incorrectPassword"]);
    transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
    assert.equal(transaction.status, "SUCCESS");
  },

  async "an unknown user gets the answers of a known one"() {
    const auth = client();
    await auth.idx.start();
    let transaction = await auth.idx.proceed({ step: "identify", username: "nobody@example.test" });
    assert.equal(step(transaction).name, "challenge-authenticator");
    transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
    assert.deepEqual(keys(transaction), ["incorrectPassword"]);
  },

  async "a user who is not assigned"() {
    const auth = client();
    await auth.idx.start();
    await auth.idx.proceed({ step: "identify", username: "unassigned@example.test" });
    const transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
    assert.deepEqual(keys(transaction), ["idx.error.user.not.assigned.to.app"]);
    assert.equal(step(transaction).name, "identify");
  },

  async "cancel, and begin again"() {
    const auth = client();
    await auth.idx.start();
    await auth.idx.proceed({ step: "identify", username: LOGIN });
    const canceled = await auth.idx.cancel();
    assert.equal(canceled.status, "CANCELED");
    const transaction = await auth.idx.start();
    assert.equal(step(transaction).name, "identify");
  },

  async "an expired password"() {
    const auth = client();
    await auth.idx.start();
    await auth.idx.proceed({ step: "identify", username: "expired@example.test" });
    const enter = (name, passcode) => auth.idx.proceed({ step: name, credentials: { passcode } });
    let transaction = await enter("challenge-authenticator", PASSWORD);
    assert.equal(step(transaction).name, "reenroll-authenticator");
    transaction = await enter("reenroll-authenticator", "weak");
    assert.deepEqual(keys(transaction), ["password.passwordRequirementsNotMet"]);
    transaction = await enter("reenroll-authenticator", "Str0nger-than-before");
    assert.equal(transaction.status, "SUCCESS");
  },

  async "a second factor: a wrong answer, then a code"() {
    const auth = client();
    let transaction = await toSecondFactor(auth);
    assert.equal(step(transaction).name, "select-authenticator-authenticate");
    transaction = await choose(auth, transaction, "Security Question");
    assert.equal(step(transaction).name, "challenge-authenticator");
    const enter = (credentials) => auth.idx.proceed({ step: "challenge-authenticator", credentials });
    transaction = await enter({ questionKey: "disliked_food", answer: "kale" });
    assert.deepEqual(keys(transaction), ["authfactor.challenge.question_factor.answer_invalid"]);
    transaction = await choose(auth, transaction, "Google Authenticator");
    transaction = await enter({ passcode: await nextCode() });
    assert.equal(transaction.status, "SUCCESS");
    assert.deepEqual(transaction.tokens.idToken.claims.amr, ["pwd", "mfa", "otp"]);
  },

  async "a code in a text message, then in a call"() {
    for (const [methodType, kind, amr] of [["sms", "sms", "sms"], ["voice", "voice", "tel"]]) {
      const auth = client();
      let transaction = await choose(auth, await toSecondFactor(auth), "Phone");
      assert.equal(step(transaction).name, "authenticator-verification-data");
      transaction = await auth.idx.proceed({ step: "authenticator-verification-data", methodType });
      assert.equal(step(transaction).name, "challenge-authenticator");
      const enter = (passcode) => auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode } });
      transaction = await enter("000");
      assert.deepEqual(keys(transaction), ["api.authn.error.PASSCODE_INVALID"]);
      transaction = await enter((await message(WITH_FACTORS, kind)).code);
      assert.equal(transaction.status, "SUCCESS");
      assert.deepEqual(transaction.tokens.idToken.claims.amr, ["pwd", "mfa", amr, "mca"]);
    }
  },

  async "the authentication API, with a text message"() {
    let transaction = await client().signInWithCredentials({ username: WITH_FACTORS, password: PASSWORD });
    transaction = await transaction.factors.find((factor) => factor.factorType === "sms").verify();
    assert.equal(transaction.status, "MFA_CHALLENGE");
    await assert.rejects(transaction.verify({ passCode: "000" }), { errorCode: "E0000068" });
    const sent = await message(WITH_FACTORS, "sms");
    transaction = await transaction.resend("sms");
    const { code } = await message(WITH_FACTORS, "sms");
    assert.notEqual((await message(WITH_FACTORS, "sms")).id, sent.id);
    transaction = await transaction.verify({ passCode: code });
    assert.equal(transaction.status, "SUCCESS");
  },

  async "a push notification, denied and then approved"() {
    const auth = client();
    await auth.idx.start();
    await auth.idx.proceed({ step: "identify", username: "push@example.test" });
    let transaction = await auth.idx.proceed({ step: "challenge-authenticator", credentials: { passcode: PASSWORD } });
    const form = transaction.rawIdxState.remediation.value[0];
    const { value: id } = form.value[0].options[0].value.form.value.find((field) => field.name === "id");
    const send = () => auth.idx.proceed({ step: "select-authenticator-authenticate", authenticator: { id, methodType: "push" } });
    const poll = () => auth.idx.proceed({ step: "challenge-poll" });
    transaction = await send();
    assert.equal(step(transaction).name, "challenge-poll");
    assert.match(transaction.rawIdxState.currentAuthenticator.value.contextualData.correctAnswer, /^[0-9]{2}$/);
    assert.equal(step(await poll()).name, "challenge-poll");
    await answerPush("deny");
    transaction = await poll();
    assert.deepEqual(keys(transaction), ["api.authn.poll.error.push_rejected"]);
    await send();
    await answerPush("approve");
    transaction = await poll();
    assert.equal(transaction.status, "SUCCESS");
    assert.deepEqual(transaction.tokens.idToken.claims.amr, ["pwd", "mfa", "swk"]);
  },

  async "the authentication API, with a push notification"() {
    let transaction = await client().signInWithCredentials({ username: "push@example.test", password: PASSWORD });
    transaction = await transaction.factors.find((factor) => factor.factorType === "push").verify();
    assert.equal(transaction.factorResult, "WAITING");
    setTimeout(() => answerPush("approve"), 100);
    transaction = await transaction.poll({ delay: 200 });
    assert.equal(transaction.status, "SUCCESS");
    assert.ok(transaction.sessionToken);
  },

  async "the authentication API, with a second factor"() {
    const transaction = await client().signInWithCredentials({ username: WITH_FACTORS, password: PASSWORD });
    assert.equal(transaction.status, "MFA_REQUIRED");
    const factor = (type) => transaction.factors.find((factor) => factor.factorType === type);
    await assert.rejects(factor("question").verify({ answer: "kale" }), { errorCode: "E0000068" });
    const verified = await factor("token:software:totp").verify({ passCode: await nextCode() });
    assert.equal(verified.status, "SUCCESS");
    assert.ok(verified.sessionToken);
  },

  async "the authentication API, with an expired password"() {
    const auth = client();
    let transaction = await auth.signInWithCredentials({ username: LOGIN, password: PASSWORD });
    assert.equal(transaction.status, "SUCCESS");
    assert.ok(transaction.sessionToken);
    await assert.rejects(auth.signInWithCredentials({ username: LOGIN, password: "wrong" }), { errorCode: "E0000004" });
    await expire("admin@example.test");
    transaction = await auth.signInWithCredentials({ username: "admin@example.test", password: PASSWORD });
    assert.equal(transaction.status, "PASSWORD_EXPIRED");
    assert.equal((await auth.tx.resume()).status, "PASSWORD_EXPIRED");
    const change = (newPassword) => transaction.changePassword({ oldPassword: PASSWORD, newPassword });
    await assert.rejects(change("weak"), { errorCode: "E0000014" });
    transaction = await change("Str0nger-than-before");
    assert.equal(transaction.status, "SUCCESS");
    assert.ok(transaction.sessionToken);
  },

  async "a forgotten password"() {
    const auth = inLegacyMode();
    let transaction = await auth.idx.recoverPassword({ username: "premium@example.test" });
    assert.equal(step(transaction).name, "challenge-authenticator");
    assert.equal(step(transaction).authenticator.key, "okta_email");
    transaction = await auth.idx.proceed({ verificationCode: "000" });
    assert.deepEqual(keys(transaction), ["api.authn.error.PASSCODE_INVALID"]);
    transaction = await auth.idx.proceed({ verificationCode: (await message("premium@example.test")).code });
    assert.equal(step(transaction).name, "reset-authenticator");
    transaction = await auth.idx.proceed({ password: "Str0nger-than-before" });
    assert.equal(transaction.status, "SUCCESS");
    assert.equal(transaction.tokens.idToken.claims.email, "premium@example.test");
  },

  async "a locked account"() {
    const auth = inLegacyMode();
    let transaction = await auth.idx.unlockAccount();
    assert.equal(step(transaction).name, "select-authenticator-unlock-account");
    transaction = await auth.idx.proceed({ username: "locked@example.test", authenticator: "okta_email" });
    assert.equal(step(transaction).name, "challenge-authenticator");
    transaction = await auth.idx.proceed({ verificationCode: (await message("locked@example.test")).code });
    assert.equal(transaction.status, "TERMINAL");
    assert.deepEqual(keys(transaction), ["oie.selfservice.unlock_user.success.message"]);
  },

  async "a registration"() {
    const auth = inLegacyMode();
    let transaction = await auth.idx.register({ firstName: "Nina", lastName: "New", email: "nina@example.test" });
    assert.equal(step(transaction).name, "enroll-authenticator");
    assert.equal(step(transaction).authenticator.key, "okta_password");
    transaction = await auth.idx.proceed({ password: "Str0nger-than-before" });
    assert.equal(step(transaction).authenticator.key, "okta_email");
    const sent = await (await fetch(`${process.env.ORG}/_mock/inbox/wait?to=nina@example.test&timeout=10`)).json();
    transaction = await auth.idx.proceed({ verificationCode: sent.code });
    assert.equal(transaction.status, "SUCCESS");
    assert.equal(transaction.tokens.idToken.claims.email, "nina@example.test");
  },

  async "the tokens of links"() {
    const headers = { authorization: "SSWS 00mockMarketApiToken0123456789abcdefghijkl" };
    const url = `${process.env.ORG}/api/v1/users/staged@example.test/lifecycle/activate?sendEmail=false`;
    const { activationToken } = await (await fetch(url, { method: "POST", headers })).json();
    const auth = inLegacyMode();
    let transaction = await auth.idx.start({ activationToken });
    assert.equal(step(transaction).name, "enroll-authenticator");
    transaction = await auth.idx.proceed({ password: "Str0nger-than-before" });
    assert.equal(transaction.status, "SUCCESS");
  },

  async "the authentication API, with a forgotten password"() {
    const auth = client();
    const username = "recover@example.test";
    let transaction = await auth.forgotPassword({ username, factorType: "EMAIL" });
    assert.equal(transaction.status, "RECOVERY_CHALLENGE");
    const recoveryToken = (await message(username)).link.split("/").pop();
    transaction = await auth.verifyRecoveryToken({ recoveryToken });
    assert.equal(transaction.status, "RECOVERY");
    await assert.rejects(transaction.answer({ answer: "wrong" }), { errorCode: "E0000087" });
    transaction = await transaction.answer({ answer: "Rex the dog" });
    assert.equal(transaction.status, "PASSWORD_RESET");
    transaction = await transaction.resetPassword({ newPassword: "Str0nger-than-before" });
    assert.equal(transaction.status, "SUCCESS");
    transaction = await auth.unlockAccount({ username, factorType: "EMAIL" });
    assert.equal(transaction.status, "RECOVERY_CHALLENGE");
  },

  async "an interaction code is redeemed once"() {
    const auth = client();
    await auth.idx.start({ exchangeCodeForTokens: false });
    await auth.idx.proceed({ step: "identify", username: LOGIN, exchangeCodeForTokens: false });
    const { interactionCode } = await auth.idx.proceed({
      step: "challenge-authenticator", credentials: { passcode: PASSWORD }, exchangeCodeForTokens: false,
    });
    const { codeVerifier } = await auth.idx.getSavedTransactionMeta();
    const exchange = () => auth.token.exchangeCodeForTokens({ interactionCode, codeVerifier });
    assert.ok((await exchange()).tokens.accessToken);
    await assert.rejects(exchange, { errorCode: "invalid_grant" });
  },
};

for (const [name, flow] of Object.entries(flows)) {
  await flow();
  console.log(`auth-js: ${name}`);
}
// Its services keep timers.
process.exit();
