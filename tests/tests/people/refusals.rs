//! What a known caller is refused stands in the trace of their department: each once, whoever writes it (T-L1, D13).

use registry::trace::Entry;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::customer::Customer;

use super::stage::{Person, Service, databases, keyed, problem};

const BUREAU: &str = "Q-APR";
const SEAL: &str = "990102-SPZYZ-01";

/// Where refusals are counted.
struct Desk {
    service: Service,
    bureau: Customer,
    seals: Person,
    li: Person,
}

impl Desk {
    async fn at(database: Option<&str>) -> Desk {
        let service = Service::international(database).await;
        let seals = (BUREAU, "a.seals", "P-SEALS-a");
        let li = (BUREAU, "li.admin", "P-LI");
        Desk {
            bureau: service.at(BUREAU),
            seals: service.person(seals, "seal-administrator").await,
            li: service.person(li, "administrator").await,
            service,
        }
    }

    async fn denials(&self) -> Vec<String> {
        let entries = self.service.trace(BUREAU).await.into_iter();
        let denied = entries.filter(|entry: &Entry| entry.deed == "deny");
        denied.map(|entry| entry.ground).collect()
    }

    async fn machine(&self, role: &str, call: Call) -> Answer {
        let answer = self.bureau.call(role, call, self.service.now()).await;
        answer.expect("an answer")
    }

    /// What is refused with this code leaves this one ground and no other.
    async fn leaves(&self, (code, ground): (&str, &str), asked: impl Future<Output = Answer>) {
        let before = self.denials().await.len();
        let answer = asked.await;
        assert!(answer.status.is_client_error(), "{code}");
        assert_eq!(problem(&answer).1, code, "{}", answer.json());
        let since = self.denials().await.split_off(before);
        assert_eq!(since, [ground], "{code}");
    }

    async fn by(&self, person: &Person, call: Call) -> Answer {
        self.service.asked_by(person, call).await
    }
}

fn licence(number: u64, key: &str) -> Call {
    let body = cases::body(&cases::case("FOOD", number).expect("a case"));
    Call::post("/v1/licences", &body).once(key.to_owned())
}

fn act(act: &str, content: &Value) -> Call {
    Call::post(format!("/v1/seals/{SEAL}/{act}"), content)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_of_a_known_caller_leaves_one_entry_whoever_writes_it() {
    for database in databases("refusals").await {
        let desk = Desk::at(database.as_deref()).await;
        let first = desk.machine("approvals", licence(1, "a-key-of-refusals-1"));
        assert_eq!(first.await.status, 202);
        let again = licence(2, "a-key-of-refusals-1");
        let reused = ("idempotency.reused", "idempotency.reused");
        desk.leaves(reused, desk.machine("approvals", again)).await;

        let missing = "/v1/releases/0123456789abcdef0123456789abcdef/refusal";
        let refusal = keyed(Call::post(missing, &json!({"reason": "x"})));
        let hidden = ("not-found", "not-found");
        desk.leaves(hidden, desk.machine("custodian", refusal))
            .await;

        let reason = |text: &str| json!({"reason": text});
        let stop = |text| act("suspend", &reason(text)).once("a-key-of-refusals-2");
        let stopped = desk.machine("custodian", stop("停用〔2026〕第1号")).await;
        assert_eq!(stopped.status, 200, "{}", stopped.json());
        let otherwise = stop("停用〔2026〕第2号");
        desk.leaves(reused, desk.machine("custodian", otherwise))
            .await;
        // What a room refuses by a rule it writes itself, and nobody writes it again.
        let twice = keyed(act("suspend", &reason("停用〔2026〕第3号")));
        let before = desk.denials().await.len();
        let answer = desk.machine("custodian", twice).await;
        assert_eq!(problem(&answer).1, "seal.refused");
        assert_eq!(desk.denials().await.len(), before + 1);

        let limits = json!({"per_day": 0, "per_minute": 0, "listed_per_day": 0});
        let limits = keyed(act("limits", &limits));
        let unlawful = ("licence.not-admitted", "release.limits");
        desk.leaves(unlawful, desk.by(&desk.seals, limits)).await;

        let scope = json!({
            "purposes": ["licence"], "valid_from": "2026-01-01", "ground": "transfer", "reference": "none",
        });
        let scope = keyed(act("scopes", &scope));
        let before = desk.denials().await.len();
        let answer = desk.by(&desk.seals, scope).await;
        assert_eq!(problem(&answer).1, "licence.not-admitted");
        assert_eq!(desk.denials().await.len(), before + 1);

        let nobody = keyed(Call::post("/v1/accounts/nobody.here/end", &json!({})));
        let unknown = ("not-found", "account.unknown");
        desk.leaves(unknown, desk.by(&desk.li, nobody)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_or_too_long_is_refused_alike_on_both_stores_and_traced() {
    for database in databases("no_texts").await {
        let desk = Desk::at(database.as_deref()).await;
        let malformed = ("request.malformed", "request.malformed");
        let long = "缘".repeat(1_001);
        for text in ["停用\u{0}", "停用\u{7}", "停用\u{85}", long.as_str()] {
            let order = keyed(act("suspend", &json!({"reason": text})));
            desk.leaves(malformed, desk.machine("custodian", order))
                .await;
            let nobody = json!({"act": "end", "reason": text});
            let order = keyed(Call::post("/v1/signers/nobody-here/acts", &nobody));
            desk.leaves(malformed, desk.machine("approvals", order))
                .await;
        }
        for path in ["/v1/seals/a%00", "/v1/ledger?person=%00"] {
            let answer = desk.machine("approvals", Call::get(path)).await;
            let (status, code, _) = problem(&answer);
            assert_eq!((status, code.as_str()), (400, malformed.0), "{path}");
        }
        let order = keyed(act("suspend", &json!({"reason": "缘".repeat(1_000)})));
        assert_eq!(desk.machine("custodian", order).await.status, 200);
    }
}
