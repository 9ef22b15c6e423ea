//! Which crate may use which, and which crate alone may name an outside package.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{CRATES, root};

/// The exhaustive list of arrows: a crate, and all it may use. Arrows go down only.
#[rustfmt::skip]
const ARROWS: &[(&str, &[&str])] = &[
    ("asn1", &[]),
    ("canvas", &[]),
    ("catalogue", &[]),
    ("cell", &[]),
    ("crypto", &[]),
    ("custody", &["crypto"]),
    ("shares", &["crypto"]),
    ("words", &[]),
    ("finding", &["words"]),
    ("x509", &["asn1", "crypto"]),
    ("licence", &["catalogue"]),
    ("signing", &[]),
    ("dossier", &["catalogue", "licence"]),
    ("duties", &["dossier"]),
    ("pki", &["asn1", "crypto", "x509"]),
    ("tlog", &["crypto"]),
    ("tls", &["crypto", "pki"]),
    ("store", &["crypto"]),
    ("vault", &["crypto"]),
    ("evidence", &["asn1", "crypto", "pki"]),
    ("trail", &["catalogue", "crypto", "store", "tlog"]),
    ("reencryption", &["store", "trail"]),
    ("seal", &["asn1", "crypto", "pki"]),
    ("credential", &["crypto", "pki"]),
    ("container", &["crypto"]),
    ("asic", &["container", "crypto", "xml"]),
    ("jades", &["credential", "crypto", "pki"]),
    ("openid", &["asn1", "credential", "crypto"]),
    ("envelope", &["asic", "catalogue", "container", "crypto", "evidence", "facts", "jades", "pki"]),
    (
        "trustlist",
        &["asn1", "credential", "crypto", "pki", "tlog", "xml"],
    ),
    ("xml", &[]),
    ("syntax", &[]),
    ("pdf", &["asn1", "crypto", "evidence", "pki", "syntax"]),
    ("records", &["asn1", "crypto", "evidence", "pki"]),
    ("ofd", &["container", "crypto", "xml"]),
    (
        "affix",
        &[
            "asn1",
            "container",
            "crypto",
            "evidence",
            "ofd",
            "pdf",
            "pki",
            "seal",
            "syntax",
            "xml",
        ],
    ),
    ("document", &["canvas", "crypto", "ofd", "pdf", "seal"]),
    (
        "rolls",
        &[
            "catalogue",
            "crypto",
            "dossier",
            "duties",
            "licence",
            "pki",
            "seal",
            "store",
            "trail",
        ],
    ),
    ("roster", &["catalogue", "crypto", "dossier", "rolls", "signing", "store", "trail"]),
    ("applications", &["catalogue", "crypto", "rolls", "seal", "store", "trail"]),
    ("releasing", &["catalogue", "crypto", "rolls", "store", "trail"]),
    ("notices", &["catalogue", "dossier", "store", "trail"]),
    (
        "registry",
        &[
            "applications",
            "catalogue",
            "crypto",
            "dossier",
            "licence",
            "notices",
            "releasing",
            "rolls",
            "reencryption",
            "roster",
            "store",
            "tlog",
            "trail",
            "vault",
        ],
    ),
    ("renewal", &["crypto", "evidence", "pki", "records"]),
    ("render", &["canvas", "ofd", "seal"]),
    ("docket", &["catalogue", "dossier", "licence", "registry"]),
    (
        "facts",
        &[
            "asic",
            "asn1",
            "credential",
            "crypto",
            "evidence",
            "finding",
            "jades",
            "ofd",
            "pdf",
            "pki",
            "records",
            "seal",
        ],
    ),
    (
        "verify",
        &[
            "asic",
            "asn1",
            "credential",
            "crypto",
            "evidence",
            "facts",
            "finding",
            "jades",
            "licence",
            "ofd",
            "pdf",
            "pki",
            "records",
            "seal",
            "tlog",
            "trustlist",
        ],
    ),
    (
        "transcript",
        &[
            "asic",
            "asn1",
            "credential",
            "crypto",
            "evidence",
            "finding",
            "jades",
            "ofd",
            "pdf",
            "pki",
            "seal",
            "verify",
            "xml",
        ],
    ),
    (
        "authority",
        &[
            "asn1",
            "catalogue",
            "credential",
            "crypto",
            "duties",
            "evidence",
            "pki",
            "registry",
            "tlog",
        ],
    ),
    (
        "backoffice",
        &[
            "authority",
            "catalogue",
            "credential",
            "crypto",
            "docket",
            "document",
            "duties",
            "evidence",
            "licence",
            "pki",
            "registry",
            "seal",
            "tlog",
            "trustlist",
            "verify",
        ],
    ),
    (
        "issuance",
        &[
            "affix",
            "backoffice",
            "catalogue",
            "credential",
            "crypto",
            "docket",
            "document",
            "dossier",
            "envelope",
            "evidence",
            "licence",
            "pdf",
            "pki",
            "registry",
            "seal",
            "tlog",
            "verify",
        ],
    ),
    ("papers", &["affix", "asn1", "backoffice", "catalogue", "ceremony", "credential", "crypto", "docket", "document", "dossier", "envelope", "evidence", "issuance", "licence", "pdf", "pki", "registry", "seal", "signing", "tlog", "verify"]),
    (
        "portfolio",
        &[
            "affix",
            "backoffice",
            "catalogue",
            "crypto",
            "envelope",
            "evidence",
            "issuance",
            "ofd",
            "pki",
            "records",
            "registry",
            "renewal",
            "seal",
            "verify",
        ],
    ),
    (
        "public",
        &[
            "catalogue",
            "cell",
            "crypto",
            "issuance",
            "making",
            "papers",
            "registry",
            "render",
            "sharing",
            "tlog",
            "transcript",
            "verify",
            "wire",
            "words",
        ],
    ),
    (
        "sharing",
        &[
            "backoffice",
            "catalogue",
            "credential",
            "dossier",
            "issuance",
            "licence",
            "registry",
            "verify",
        ],
    ),
    (
        "batch",
        &[
            "catalogue",
            "crypto",
            "docket",
            "dossier",
            "issuance",
            "licence",
            "registry",
        ],
    ),
    ("succession", &["backoffice", "catalogue", "crypto", "pki", "registry"]),
    (
        "drill",
        &[
            "backoffice",
            "catalogue",
            "credential",
            "crypto",
            "issuance",
            "pki",
            "registry",
            "seal",
            "tlog",
        ],
    ),
    ("ceremony", &["asn1", "crypto", "pki"]),
    (
        "cli",
        &[
            "cell",
            "ceremony",
            "crypto",
            "pki",
            "shares",
            "transcript",
            "verify",
        ],
    ),
    (
        "making",
        &[
            "backoffice",
            "catalogue",
            "crypto",
            "evidence",
            "issuance",
            "pki",
            "registry",
            "seal",
            "verify",
        ],
    ),
    ("wire", &["crypto"]),
    (
        "replies",
        &[
            "catalogue",
            "crypto",
            "issuance",
            "licence",
            "making",
            "papers",
            "registry",
            "wire",
        ],
    ),
    (
        "watch",
        &[
            "backoffice",
            "catalogue",
            "crypto",
            "duties",
            "issuance",
            "registry",
            "releasing",
            "replies",
            "wire",
        ],
    ),
    ("elsewhere", &["backoffice", "issuance", "papers", "replies", "wire"]),
    ("proxies", &["backoffice", "catalogue", "crypto", "dossier", "issuance", "papers", "registry", "replies", "signing", "wire"]),
    ("bulk", &["backoffice", "issuance", "making", "replies", "wire"]),
    ("pad", &["entrance", "issuance", "papers", "proxies", "public", "registry", "replies", "signing", "wire"]),
    (
        "ledger",
        &[
            "backoffice",
            "catalogue",
            "crypto",
            "duties",
            "issuance",
            "registry",
            "replies",
            "wire",
        ],
    ),
    ("csc", &["backoffice", "catalogue", "crypto", "dossier", "duties", "evidence", "issuance", "openid", "papers", "pki", "registry", "replies", "wire"]),
    ("courier", &["crypto", "issuance", "openid", "wire"]),
    ("entrance", &["courier", "crypto", "duties", "issuance", "openid", "registry", "replies", "wire"]),
    ("keeping", &["backoffice", "catalogue", "duties", "entrance", "issuance", "registry", "replies", "wire"]),
    ("demo", &["crypto", "issuance", "verify", "wire"]),
    (
        "server",
        &[
            "batch",
            "bulk",
            "catalogue",
            "courier",
            "crypto",
            "csc",
            "elsewhere",
            "entrance",
            "custody",
            "duties",
            "evidence",
            "issuance",
            "keeping",
            "ledger",
            "licence",
            "making",
            "openid",
            "pad",
            "papers",
            "pki",
            "portfolio",
            "proxies",
            "public",
            "registry",
            "releasing",
            "replies",
            "sharing",
            "signing",
            "tlog",
            "tls",
            "verify",
            "watch",
            "wire",
        ],
    ),
    (
        "yinxin",
        &[
            "catalogue",
            "crypto",
            "custody",
            "demo",
            "drill",
            "duties",
            "issuance",
            "making",
            "papers",
            "pki",
            "portfolio",
            "public",
            "reencryption",
            "registry",
            "releasing",
            "server",
            "shares",
            "succession",
            "tlog",
            "tls",
            "verify",
        ],
    ),
];

/// Outside packages with a fixed set of owners.
#[rustfmt::skip]
const OWNERS: &[(&str, &[&str])] = &[
    ("aes-gcm", &["crypto"]),
    ("argon2", &["crypto"]),
    ("askama", &["pad", "public"]),
    ("axum", &["bulk", "courier", "csc", "demo", "elsewhere", "entrance", "keeping", "ledger", "pad", "proxies", "public", "replies", "server", "watch", "wire"]),
    ("base64", &["affix", "asic", "bulk", "courier", "credential", "csc", "demo", "elsewhere", "entrance", "evidence", "facts", "jades", "ofd", "openid", "pki", "proxies", "render", "server", "tlog", "transcript", "trustlist", "wire"]),
    ("cbc", &["crypto"]),
    ("cryptoki", &["custody"]),
    ("fast_qr", &["credential"]),
    ("fearless_simd", &["crypto"]),
    ("hyper", &["courier", "server", "wire"]),
    ("indicatif", &["yinxin"]),
    ("lopdf", &["pdf"]),
    ("mimalloc", &["server"]),
    ("p256", &["crypto"]),
    ("p384", &["crypto"]),
    ("p521", &["crypto"]),
    ("png", &["canvas"]),
    ("quick-xml", &["xml"]),
    ("rcgen", &["pki"]),
    ("ring", &["crypto"]),
    ("rustls", &["courier", "tls"]),
    ("rustls-native-certs", &["courier"]),
    ("rustls-webpki", &["pki"]),
    ("rusqlite", &["store"]),
    ("sm2", &["crypto"]),
    ("sm3", &["crypto"]),
    ("sm4", &["crypto"]),
    ("sqlx", &["store"]),
    ("tokio", &["authority", "backoffice", "batch", "cli", "courier", "demo", "drill", "elsewhere", "issuance", "ledger", "pad", "public", "registry", "server", "store", "tls", "vault", "wire", "yinxin"]),
    ("tokio-rustls", &["courier", "tls"]),
    ("utoipa", &["bulk", "csc", "elsewhere", "entrance", "keeping", "ledger", "pad", "proxies", "public", "server", "watch"]),
    ("wasm-bindgen", &["cli"]),
    ("x509-parser", &["x509"]),
];

/// The packages of the design card, present always.
const CARD: &[&str] = &[
    "ring",
    "x509-parser",
    "rcgen",
    "lopdf",
    "axum",
    "sqlx",
    "base64",
    "tokio",
];

fn dependencies(member: &str) -> BTreeSet<String> {
    let path = root().join("crates").join(member).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).expect("each member has a manifest");
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    manifest
        .get("dependencies")
        .and_then(|table| table.as_table())
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

#[test]
fn arrows_go_down_only() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    assert_eq!(
        allowed.len(),
        CRATES.len(),
        "every crate has its line in the table"
    );
    let mut wrong = Vec::new();
    for member in CRATES {
        for used in dependencies(member) {
            if CRATES.contains(&used.as_str()) && !allowed[member].contains(&used.as_str()) {
                wrong.push(format!("{member} -> {used}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that the table does not allow: {wrong:?}"
    );
}

#[test]
fn every_outside_package_has_its_owner() {
    let owners: BTreeMap<_, _> = OWNERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for member in CRATES {
        for used in dependencies(member) {
            if let Some(owner) = owners.get(used.as_str())
                && !owner.contains(member)
            {
                wrong.push(format!("{member} names {used}, which belongs to {owner:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_packages_of_the_card_are_used() {
    let used: BTreeSet<String> = CRATES
        .iter()
        .flat_map(|member| dependencies(member))
        .collect();
    for package in CARD {
        assert!(
            used.contains(*package),
            "{package} is on the card and nobody uses it"
        );
    }
}

#[test]
fn versions_stand_in_the_root_manifest_alone() {
    let mut wrong = Vec::new();
    for member in CRATES
        .iter()
        .map(|name| format!("crates/{name}"))
        .chain(["tests".to_owned(), "tests/load".to_owned()])
    {
        let text =
            std::fs::read_to_string(root().join(&member).join("Cargo.toml")).expect("manifest");
        let manifest: toml::Table = text.parse().expect("a manifest is TOML");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(section).and_then(|table| table.as_table()) else {
                continue;
            };
            for (name, entry) in table {
                let inherited = entry.get("workspace").and_then(|value| value.as_bool());
                if inherited != Some(true) {
                    wrong.push(format!("{member}: {name}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "dependencies with a version of their own: {wrong:?}"
    );
}
