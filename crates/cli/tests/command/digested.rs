//! `--content-digest`: what lies elsewhere by its digest.

use crypto::{Digest, DigestAlgorithm};

use super::{detached, files, run};

fn written(algorithm: DigestAlgorithm, octets: &[u8]) -> String {
    let digest = Digest::of(algorithm, octets);
    let name = format!("{algorithm:?}").to_lowercase();
    format!("{name}:{}", verify::report::hex(digest.bytes()))
}

#[test]
fn a_digest_stands_for_the_content_and_the_report_says_that_nobody_saw_it() {
    let (_, message) = detached();
    let (_folder, paths) = files(&[("decision.txt.p7s", &message)]);
    let own = written(DigestAlgorithm::Sha256, b"granted");
    for form in ["--json", "--report=detailed", "--report=etsi"] {
        let ran = run(&[form, "--content-digest", &own, &paths[0]]);
        assert_eq!((ran.status, ran.err.as_str()), (2, ""), "{form}");
        assert!(!ran.out.contains("signature.content-absent"), "{}", ran.out);
        assert!(ran.out.contains("signature.content-digest"), "{}", ran.out);
    }
    let differs = "cms.message-digest-differs";
    let ran = run(&["--json", "--content-digest", &own, &paths[0]]);
    assert!(!ran.out.contains(differs), "{}", ran.out);
    let other = written(DigestAlgorithm::Sha256, b"refused");
    let ran = run(&["--json", "--content-digest", &other, &paths[0]]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains(differs), "{}", ran.out);
}

#[test]
fn a_bundle_of_a_verdict_by_digest_comes_to_the_same() {
    let (_, message) = detached();
    let (folder, paths) = files(&[("decision.txt.p7s", &message)]);
    let own = written(DigestAlgorithm::Sha256, b"granted");
    let bundle = folder.path().join("bundle.json");
    let bundle = bundle.to_str().expect("UTF-8");
    let first = run(&[
        "--json",
        "--content-digest",
        &own,
        "--bundle-out",
        bundle,
        &paths[0],
    ]);
    assert_eq!(first.status, 2, "{}", first.err);
    let again = run(&["--json", "--bundle", bundle]);
    assert_eq!(again.out, first.out);
    assert!(again.err.contains("the same as"), "{}", again.err);
    // Another digest in the bundle is another verdict, and no digest none of this form.
    let text = std::fs::read_to_string(bundle).expect("written");
    let at = text.find("\"described\":\"").expect("there") + 13;
    let mut bent = text.into_bytes();
    bent[at + 20] ^= 1;
    std::fs::write(bundle, bent).expect("writable");
    let ran = run(&["--json", "--bundle", bundle]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("described is no value of its kind"),
        "{}",
        ran.err
    );
}

#[test]
fn what_does_not_stand_for_the_content_is_usage() {
    let (json, message) = detached();
    let (_folder, paths) = files(&[
        ("alone.txt.p7s", &message),
        ("decision.txt", b"granted"),
        ("decision.txt.p7s", &message),
        ("encoded.json", &json),
        ("a.txt", b"hello"),
    ]);
    let own = written(DigestAlgorithm::Sha256, b"granted");
    let longer = written(DigestAlgorithm::Sha512, b"granted");
    let cut = &own[..own.len() - 2];
    for (digests, files, why) in [
        (vec!["granted"], vec![0], "a digest is `sha256:`"),
        (vec![cut], vec![0], "not the length of its algorithm"),
        (
            vec![longer.as_str()],
            vec![0],
            "by another algorithm: sha-256",
        ),
        (
            vec![own.as_str(), own.as_str()],
            vec![0],
            "two digests by one algorithm",
        ),
        (vec![own.as_str()], vec![2], "the content is there"),
        (
            vec![own.as_str()],
            vec![3],
            "over no digest of the content's octets",
        ),
        (
            vec![own.as_str()],
            vec![4],
            "nothing is signed that lies elsewhere",
        ),
        (vec![own.as_str()], vec![0, 2], "about one file"),
    ] {
        let digests = digests.iter().flat_map(|one| ["--content-digest", one]);
        let files = files.iter().map(|at: &usize| paths[*at].as_str());
        let arguments: Vec<&str> = digests.chain(files).collect();
        let ran = run(&arguments);
        assert_eq!((ran.status, ran.out.as_str()), (64, ""), "{arguments:?}");
        assert!(ran.err.contains(why), "{arguments:?} {}", ran.err);
    }
}
