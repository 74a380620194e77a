//! Two days of the org's clock: the second one adds no more records than the first, and memory, file and store grow by little more than these.

use std::path::Path;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::ciba::{KIOSK, SECRET as KIOSK_SECRET};
use crate::client::plain;
use crate::crash::{API_TOKEN, TV};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, location, parameter, state_handle};
use crate::program::{Running, program};
use crate::redis_server::Redis;

/// `SOAK_ROUNDS` in the environment sets another number of rounds a day.
const ROUNDS: u64 = 24;
const DAY: u64 = 24 * 60 * 60;
/// What allocators, caches and pages of a file may add.
const MARGIN: u64 = 6 * 1024 * 1024;

const BUYER: &str = "buyer@example.test";

/// What a mock answers; `None` if its store was too slow.
async fn answer(request: RequestBuilder) -> Option<Response> {
    let answer = request.send().await.unwrap();
    if answer.status() == 503 {
        return None;
    }
    assert!(answer.status().as_u16() < 400, "{} {:?}", answer.status(), answer.text().await);
    Some(answer)
}

struct Soak {
    running: Running,
    base: String,
}

impl Soak {
    fn start(dir: &Path, options: &[&str]) -> Self {
        let mut command = program(dir);
        command.args(["--port", "0", "--log", "off", "--issuer-url", "http://idp.test"]).args(options);
        let running = Running::start(&mut command);
        let base = running.value("control").strip_suffix("/_mock/info").unwrap().to_owned();
        Self { running, base }
    }

    async fn form(&self, path: &str, client: Option<(&str, &str)>, fields: &[(&str, &str)]) -> Option<Value> {
        let request = plain().post(format!("{}/oauth2/default/v1/{path}", self.base)).form(fields);
        let answer = answer(match client {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        });
        Some(serde_json::from_str(&answer.await?.text().await.unwrap()).unwrap_or_default())
    }

    /// A sign-in with tokens, which are refreshed and revoked, and requests of each kind that is stored. `None`: the store was too slow for
    /// one of them.
    async fn round(&self, number: u64) -> Option<()> {
        let (base, browser, web) = (&self.base, browser(), Some((WEB, WEB_SECRET)));
        let query = code_request(WEB, "openid offline_access");
        let page = answer(browser.get(format!("{base}/oauth2/default/v1/authorize")).query(&query)).await?;
        let form = [("stateHandle", state_handle(&page.text().await.unwrap())), ("user", BUYER.to_owned())];
        let done = answer(browser.post(format!("{base}/signin/pick")).form(&form)).await?;
        let code = parameter(&location(&done), "code").unwrap();
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        let tokens = self.form("token", web, &fields).await?;
        let refresh = tokens["refresh_token"].as_str().unwrap();
        self.form("token", web, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await?;
        self.form("revoke", web, &[("token", refresh)]).await?;
        let pushed = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "s")];
        self.form("par", web, &pushed).await?;
        self.form("device/authorize", None, &[("client_id", TV), ("scope", "openid")]).await?;
        let kiosk = Some((KIOSK, KIOSK_SECRET));
        self.form("bc/authorize", kiosk, &[("scope", "openid"), ("login_hint", BUYER)]).await?;
        let user = json!({"profile": {"nickName": format!("nick{}", number % 7)}});
        let change = plain().post(format!("{base}/api/v1/users/{BUYER}")).header("authorization", API_TOKEN);
        answer(change.json(&user)).await?;
        let credentials = json!({"username": BUYER, "password": "Passw0rd!"});
        answer(plain().post(format!("{base}/api/v1/authn")).json(&credentials)).await?;
        Some(())
    }

    /// A day of the org's clock.
    async fn day(&self, number: u64) {
        let rounds = std::env::var("SOAK_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
        let mut complete = 0;
        for round in 0..rounds {
            complete += u64::from(self.round(number * rounds + round).await.is_some());
            let advance = plain().post(format!("{}/_mock/clock", self.base)).json(&json!({ "advance": DAY / rounds }));
            while answer(advance.try_clone().unwrap()).await.is_none() {}
        }
        assert!(complete * 2 > rounds, "{complete} of {rounds} rounds are complete");
    }

    /// Bytes of all tables, and of the System Log.
    async fn records(&self) -> (u64, u64) {
        let text = plain().get(format!("{}/metrics", self.base)).send().await.unwrap().text().await.unwrap();
        let sizes = text.lines().filter(|line| line.starts_with("mock_idp_record_bytes{"));
        let sizes = sizes.map(|line| (line, line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()));
        sizes.fold((0, 0), |(all, log), (line, size)| match line.contains("\"logged_requests\"") {
            true => (all + size, log + size),
            false => (all + size, log),
        })
    }

    #[cfg(target_os = "linux")]
    fn resident_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Nothing is measured there.
    #[cfg(not(target_os = "linux"))]
    fn resident_memory(&self) -> u64 {
        u64::from(self.running.child.id()) & 0
    }
}

/// What a mock and its store hold.
#[derive(Debug)]
struct Sizes {
    records: u64,
    log: u64,
    memory: u64,
    /// The state file, or the memory of the shared store.
    store: u64,
}

async fn sizes(soak: &Soak, store: impl Fn() -> u64) -> Sizes {
    let (all, log) = soak.records().await;
    Sizes { records: all - log, log, memory: soak.resident_memory(), store: store() }
}

/// Sessions are stored for 30 days, also those that are over because they were not used, and events of the System Log for 90: the second
/// day may add as many as the first.
#[expect(clippy::print_stdout, reason = "the sizes are shown if the test fails, and with --nocapture")]
async fn check(soak: &Soak, what: &str, store: impl Fn() -> u64) {
    soak.day(0).await;
    let first = sizes(soak, &store).await;
    soak.day(1).await;
    let second = sizes(soak, &store).await;
    println!("{what}: {first:?}, {second:?}");
    assert!(first.records > 0 && first.log > 0 && first.store > 0, "{first:?}");
    assert!(second.records * 10 <= first.records * 21, "records: {first:?} {second:?}");
    assert!(second.log * 10 <= first.log * 21, "the System Log: {first:?} {second:?}");
    let more = (second.records + second.log).saturating_sub(first.records + first.log);
    assert!(second.memory <= first.memory + 2 * more + MARGIN, "memory: {first:?} {second:?}");
    // A state file has about three times the size of its records.
    assert!(second.store <= first.store + 3 * more + MARGIN, "{what}: {first:?} {second:?}");
}

#[tokio::test]
async fn memory_and_the_state_file_grow_with_their_records_only() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let soak = Soak::start(dir.path(), &["--state", state.to_str().unwrap()]);
    check(&soak, "disk", || std::fs::metadata(state.join("state.redb")).unwrap().len()).await;
}

#[tokio::test]
async fn the_memory_of_a_shared_store_grows_with_its_records_only() {
    let Some(redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let soak = Soak::start(dir.path(), &["--ledger", &redis.url]);
    let used = || {
        let info = redis.command("INFO memory");
        let line = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap().trim().to_owned();
        line.parse::<u64>().unwrap()
    };
    check(&soak, "Redis", used).await;
}
