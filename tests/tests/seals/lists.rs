//! Lists of seals and of persons who sign, page by page: the whole is what all pages have, and a filter shows what fits and nothing else.

use catalogue::key::DepartmentKey;
use registry::asked::By;
use registry::callers::NewCaller;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{NOW, secret};
use zeroize::Zeroizing;

use super::making::{BUREAU, Bureau, KEEPER, Suites, on_each_database};

/// Of the body that administers the seals of the region around the bureau.
const REGION: &str = "C-GOV-seals";

async fn enrol(bureau: &Bureau) {
    let new = NewCaller {
        id: REGION.to_owned(),
        department: DepartmentKey::parse("C-GOV").expect("a department"),
        name: REGION.to_owned(),
        scopes: vec!["seals".to_owned(), "read".to_owned()],
        quota: 10_000,
        person: None,
        secret: Zeroizing::new(secret(REGION)),
    };
    let callers = bureau.offices[0].registry().callers();
    callers
        .enrol(new, By::new("P-FOUNDER", NOW))
        .await
        .expect("enrolled");
}

async fn codes(bureau: &Bureau, (at, account): (usize, &str), query: &str) -> Vec<String> {
    let path = format!("/v1/seals{query}");
    let (status, told) = bureau.call(at, account, Call::get(path)).await;
    assert_eq!(status, 200, "{query} {told}");
    let seals = told.as_array().expect("an array").iter();
    seals
        .map(|one| one["seal"].as_str().expect("a code").to_owned())
        .collect()
}

/// Every page of so many, one after another.
async fn paged(bureau: &Bureau, limit: usize, filter: &str) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!("?limit={limit}&after={after}{filter}");
        let page = codes(bureau, (0, REGION), &query).await;
        assert!(page.len() <= limit, "{page:?}");
        let Some(last) = page.last() else {
            return all;
        };
        after.clone_from(last);
        all.extend(page);
    }
}

#[test]
fn seals_are_listed_in_pages_by_department_state_and_name() {
    on_each_database("pages", Suites::One, async |bureau: Bureau| {
        enrol(&bureau).await;
        let whole = codes(&bureau, (0, REGION), "").await;
        assert!(whole.len() > 3, "{whole:?}");
        assert!(whole.windows(2).all(|two| two[0] < two[1]), "{whole:?}");
        for limit in [1, 2, 100] {
            assert_eq!(paged(&bureau, limit, "").await, whole, "{limit} a page");
        }
        let own = codes(&bureau, (0, REGION), &format!("?department={BUREAU}")).await;
        assert_eq!(codes(&bureau, (1, KEEPER), "").await, own);
        let stopped = own[0].clone();
        let path = format!("/v1/seals/{stopped}/suspend");
        let why = json!({"reason": "停用〔2026〕第3号"});
        let (status, told) = bureau.post(0, KEEPER, &path, &why).await;
        assert_eq!(status, 200, "{told}");
        // At the other service, too.
        for filter in ["?state=suspended", "?state=suspended&department=Q-APR"] {
            assert_eq!(
                codes(&bureau, (1, KEEPER), filter).await,
                std::slice::from_ref(&stopped)
            );
        }
        let mut others = whole.clone();
        others.retain(|one| *one != stopped);
        assert_eq!(paged(&bureau, 2, "&state=in_use").await, others);
        let named = paged(&bureau, 2, "&name=%E8%A1%8C%E6%94%BF%E5%AE%A1%E6%89%B9").await;
        assert!(!named.is_empty() && named.len() <= whole.len(), "{named:?}");
        let none = codes(&bureau, (0, REGION), "?name=%E6%97%A0%E6%AD%A4%E7%AB%A0").await;
        assert!(none.is_empty(), "{none:?}");
        let foreign = codes(&bureau, (0, KEEPER), "?department=C-TRANS").await;
        assert!(foreign.is_empty(), "another department's: {foreign:?}");
        for wrong in [
            "limit=0",
            "limit=101",
            "limit=x",
            "state=lost",
            "sort=name",
            "after=%20",
        ] {
            let call = Call::get(format!("/v1/seals?{wrong}"));
            let (status, told) = bureau.call(0, KEEPER, call).await;
            assert_eq!(status, 400, "{wrong} {told}");
        }
    });
}

#[test]
fn persons_who_sign_are_listed_in_pages_and_found_by_a_number_that_stands_in_no_address() {
    on_each_database("persons", Suites::One, async |bureau: Bureau| {
        let number = "99010219810705031X";
        let account = "Q-APR-approvals";
        let mut known = Vec::new();
        for _ in 0..3 {
            let person = json!({"name": "何守正", "number": number});
            let (status, told) = bureau.post(0, account, "/v1/signers", &person).await;
            assert_eq!(status, 200, "{told}");
            known.push(told["signer"].as_str().expect("a name").to_owned());
        }
        known.sort();
        let ids = |told: &Value| -> Vec<String> {
            let told = told.as_array().expect("an array").iter();
            told.map(|one| one["signer"].as_str().expect("a name").to_owned())
                .collect()
        };
        let first = bureau.read(account, "/v1/signers?limit=2").await;
        assert_eq!(ids(&first), known[..2]);
        let path = format!("/v1/signers?limit=2&after={}", known[1]);
        assert_eq!(ids(&bureau.read(account, &path).await), known[2..]);
        let applied = bureau.read(account, "/v1/signers?state=applied").await;
        assert_eq!(ids(&applied), known);
        let active = bureau.read(account, "/v1/signers?state=active").await;
        assert_eq!(active, json!([]));
        let (status, told) = bureau
            .post(1, account, "/v1/signers/search", &json!({"number": number}))
            .await;
        assert_eq!((status, ids(&told)), (200, known), "{told}");
        let text = told.to_string();
        assert!(!text.contains(number) && !text.contains("何守正"), "{text}");
        let none = json!({"number": "990102198107050310"});
        let (status, told) = bureau.post(1, account, "/v1/signers/search", &none).await;
        assert_eq!((status, told), (200, json!([])));
        for wrong in ["limit=0", "limit=101", "state=lost", "number=1"] {
            let call = Call::get(format!("/v1/signers?{wrong}"));
            let (status, told) = bureau.call(0, account, call).await;
            assert_eq!(status, 400, "{wrong} {told}");
        }
    });
}
