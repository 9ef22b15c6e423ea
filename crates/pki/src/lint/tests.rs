//! The table of rules, and syntaxes.

use super::syntax::{is_dns_name, is_host, is_mail_constraint, is_mailbox, is_uri};
use super::*;

#[test]
fn octets_that_are_no_certificate_give_one_finding() {
    for octets in [&[][..], &[0x30, 0], &[0x30, 0x80, 0, 0], &[0xff; 40]] {
        let findings = inspect(octets, Subject::LegalPerson);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(stops_issue(&findings));
        assert_eq!(inspect_crl(octets).len(), 1);
    }
}

#[test]
fn codes_are_unique_and_name_a_clause() {
    let table = include_str!("rules.rs");
    let codes: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_once("(\"")?.1.split_once('"'))
        .map(|(code, _)| code)
        .collect();
    let mut unique = codes.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), codes.len());
    assert!(codes.len() > 60 && codes.contains(&rules::ENCODING.code));
}

#[test]
fn syntaxes_know_their_own() {
    assert!(is_host("a.example") && !is_host("a..example") && !is_host("-a.example"));
    assert!(!is_host(&"a.".repeat(127)) && !is_host(&"a".repeat(64)));
    assert!(is_dns_name("*.example.org") && !is_dns_name("a.*.org") && !is_dns_name(".org"));
    assert!(is_mailbox("a.b@example.org") && is_mailbox("\"a b\"@example.org"));
    assert!(!is_mailbox("a@") && !is_mailbox("a") && !is_mailbox("a..b@example.org"));
    assert!(is_mail_constraint(".example.org") && !is_mail_constraint("..example.org"));
    assert!(is_uri("http://crl.example/1.crl?x#y") && is_uri("urn:oid:1.2.3"));
    assert!(is_uri("ldap:///cn=x") && is_uri("http://[::1]:80/") && is_uri("http://h:8080/"));
    assert!(!is_uri("www.example.org") && !is_uri("http://a b/") && !is_uri("1x://h/"));
    assert!(!is_uri("http://") && !is_uri(":") && !is_uri("http://a..b/"));
}
