//! Imports of the catalogue.

use crypto::sha256;

use crate::moment::at;
use crate::stage::on_each_store;

#[test]
fn imports_are_numbered_and_the_same_sources_make_no_new_one() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let catalogues = registry.catalogues();
        let import = async |sources: &[u8], seconds| {
            catalogues
                .import(
                    sources.to_vec(),
                    sha256(sources),
                    "zhou.qinghe".to_owned(),
                    at(seconds),
                )
                .await
                .expect("nobody else imports")
        };
        assert_eq!(catalogues.latest().await.expect("readable"), None);
        assert_eq!(import(b"one", 0).await, 1);
        assert_eq!(import(b"one", 1).await, 1);
        assert_eq!(import(b"two", 2).await, 2);
        assert_eq!(import(b"one", 3).await, 3);
        let latest = catalogues.latest().await.expect("readable").expect("three");
        assert_eq!((latest.version, latest.imported), (3, at(3)));
        let first = catalogues.find(1).await.expect("readable").expect("kept");
        assert_eq!(
            (
                first.sources.as_slice(),
                first.imported,
                first.person.as_str()
            ),
            (&b"one"[..], at(0), "zhou.qinghe")
        );
        assert_eq!(catalogues.find(4).await.expect("readable"), None);
    });
}
