//! Pictures of pages: who has the file sees them, and nobody sees those of a file that does not hold.

use serde_json::json;
use server::{Answer, Call, Client};
use tests::customer::Customer;

use super::stage::{Service, ending, problem};

/// The page that tells what the service says of a file.
pub(crate) async fn told(service: &Service, file: &[u8]) -> String {
    let mut form = b"--part-of-a-form\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    form.extend_from_slice(file);
    form.extend_from_slice(b"\r\n--part-of-a-form--\r\n");
    let post = "POST".parse().expect("a method");
    let kind = "multipart/form-data; boundary=part-of-a-form";
    let call = Call::send(post, "/verify?lang=en", kind, form);
    let answer = Client::anonymous(&service.base)
        .call(call, service.now())
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers["cache-control"], "no-store");
    String::from_utf8(answer.content.to_vec()).expect("UTF-8")
}

/// How many pictures a page has, each a whole drawing with its words.
fn pictures(page: &str) -> usize {
    let all = page.split("<img src=\"data:image/svg+xml;base64,").skip(1);
    let words = "alt=\"Picture of page 1 of the file\"";
    all.inspect(|one| assert!(one.contains(words) && one.len() > 10_000))
        .count()
}

async fn picture(service: &Service, account: &str, identifier: &str, page: &str) -> Answer {
    let path = format!("/v1/licences/{identifier}/files/ofd/picture{page}");
    let bureau = service.at(account);
    let answer = bureau
        .call("approvals", Call::get(path), service.now())
        .await;
    answer.expect("an answer")
}

/// The PDF and the OFD of a licence.
async fn files(service: &Service, bureau: &Customer, identifier: &str) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for format in ["pdf", "ofd"] {
        let path = format!("/v1/licences/{identifier}/files/{format}");
        let file = bureau
            .call("approvals", Call::get(path), service.now())
            .await;
        files.push(file.expect("an answer").content.to_vec());
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_file_sees_its_pages_and_no_page_of_a_file_that_does_not_hold_is_shown() {
    let service = Service::start_national().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let files = files(&service, &bureau, identifier).await;
    let [pdf, ofd] = files.as_slice() else {
        panic!("two files");
    };

    // For who may have the file.
    let seen = picture(&service, "Q-APR", identifier, "").await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.headers["content-type"], "image/png");
    assert_eq!(seen.headers["cache-control"], "private, no-store");
    assert!(seen.content.starts_with(b"\x89PNG"));
    let again = picture(&service, "Q-APR", identifier, "?page=1").await;
    assert_eq!(seen.content, again.content);
    let drawing = picture(&service, "Q-APR", identifier, "?form=svg").await;
    assert_eq!(drawing.headers["content-type"], "image/svg+xml");
    let drawing = String::from_utf8_lossy(&drawing.content).into_owned();
    assert!(drawing.starts_with("<svg ") && drawing.ends_with("</svg>\n"));
    let other = picture(&service, "Q-APR", identifier, "?form=jpeg").await;
    assert_eq!(problem(&other), (400, "request.malformed".to_owned()));
    for page in ["?page=0", "?page=2", "?page=99999999"] {
        assert_eq!(
            picture(&service, "Q-APR", identifier, page).await.status,
            404,
            "{page}"
        );
    }

    // For who brings it: where its seal holds, and where it has ended since, below the answer that says so.
    let page = told(&service, ofd).await;
    assert_eq!(pictures(&page), 1);
    assert!(page.contains("class=\"answer good\""));
    assert_eq!(
        pictures(&told(&service, pdf).await),
        0,
        "a PDF is shown by what reads PDF"
    );
    let mut changed = ofd.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let changed = told(&service, &changed).await;
    assert_eq!(pictures(&changed), 0);
    assert!(!changed.contains("class=\"answer good\""));
    let unsealed = tests::packages::unsealed().expect("a package");
    assert_eq!(
        pictures(&told(&service, &unsealed).await),
        0,
        "nobody sealed it"
    );
    let strangers = tests::packages::made().expect("packages");
    for one in strangers {
        assert_eq!(
            pictures(&told(&service, &one.file).await),
            0,
            "{}",
            one.name
        );
    }

    let call = Call::post(format!("/v1/licences/{identifier}/end"), &ending());
    let call = call.once("the-ending-of-a-picture");
    let ended = bureau.call("approvals", call, service.now()).await;
    assert_eq!(ended.expect("an answer").json()["state"], json!("annulled"));
    let page = told(&service, ofd).await;
    assert!(page.contains("class=\"answer bad\""));
    assert_eq!(pictures(&page), 1);
}
