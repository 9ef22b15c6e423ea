//! A sealed file is due before its time-stamp ends, renewed by another unit, and good when its own has ended.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what an answer does not have fails its test"
)]

#[path = "../../issuance/tests/thread/house.rs"]
mod house;
#[path = "../../issuance/tests/jobs/stage.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod stage;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use backoffice::certify::{Authority, Order};
    use crypto::{
        Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer as _, SoftwareSigner,
        SystemRandom,
    };
    use evidence::tsp::{Accuracy, Request, TokenSerial, Unit};
    use issuance::ServiceKey;
    use issuance::{Clock as _, Level};
    use pki::certificate::{Certificate, Validity};
    use pki::profile::{Issuer, Profile};
    use portfolio::{RenewError, Report, RunError, Shelf, Way, run};
    use time::Duration;
    use verify::{Material, Policy, Trust, Verdict};

    use crate::house::{House, caller};
    use crate::stage::{DEPARTMENT, blank};

    const MARGIN: Duration = Duration::days(90);

    /// A unit from outside: its own key, a certificate that lives five years from now.
    async fn other_unit(house: &House) -> (SoftwareSigner, Unit) {
        let (office, random) = (&house.office, SystemRandom::new());
        let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random).expect("a key");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        let hierarchy = office.hierarchy();
        let (_, algorithm, _) = office
            .keys()
            .public_key(&ServiceKey::Authority.id())
            .expect("a key");
        let issuer = Issuer::of(&hierarchy.authority, algorithm).expect("an issuer");
        let from = issuance::answers::whole(house.clock.now());
        let name =
            pki::profile::office("云洲省时间戳中心（样例）", "Time-stamps 2").expect("a name");
        let order = Order {
            profile: Profile::TIME_STAMPING,
            subject: &name,
            key: signer.public_key(),
            validity: Validity {
                from,
                last: from + Duration::days(1_800),
            },
            department: "",
            asker: None,
        };
        let authority = Authority {
            key: &ServiceKey::Authority.id(),
            issuer: &issuer,
            address: &office.settings.address,
            policy: office.settings.policies.certificates,
            shard_key: &office.shard_key,
            keys: office.keys(),
            certificates: office.registry.certificates(),
            clock: house.clock.as_ref(),
            random: &random,
            throw_away: None,
        };
        let certificate = authority.issue(&order).await.expect("issued");
        let chain = [&certificate, &hierarchy.authority];
        let unit = Unit {
            chain: chain.map(|one: &Certificate| one.der().to_vec()).to_vec(),
            certificate: certificate.clone(),
            algorithm: signer.algorithm(),
            policies: vec![office.settings.policies.stamps],
            accuracy: Accuracy::SECOND,
        };
        (signer, unit)
    }

    /// What it answers to a request in a file.
    fn answered(house: &House, (signer, unit): &(SoftwareSigner, Unit), request: &Path) -> Vec<u8> {
        let request = Request::parse(&fs::read(request).expect("written")).expect("a request");
        let serial = TokenSerial::draw(&SystemRandom::new()).expect("random");
        let now = house.clock.now();
        let prepared = evidence::tsp::prepare(&request, unit, serial, now).expect("granted");
        let message = prepared.to_be_signed();
        let key = KeyId::parse("other").expect("plain");
        let under = Authorisation::journalled(key, KeyUse::TimeStamps, &message, now);
        let signature = signer
            .sign(Input::Message(&message), &under)
            .expect("signs");
        evidence::tsp::grant(&prepared.finish(&signature))
    }

    async fn ran(house: &House, folder: &Path, way: Way) -> Result<Report, RunError> {
        run(&house.office, (folder, MARGIN), &way).await
    }

    /// What an inspector says today with a fresh bundle and fresh lists, and the record where there is one.
    fn judged(house: &House, file: &[u8], record: Option<&[u8]>) -> Verdict {
        let bundle = house.office.trust_bundle().expect("unlocked");
        let trust = Trust::parse(bundle.as_bytes()).expect("our own");
        let mut material = Material::empty();
        for (name, list) in house.office.lists().held_revocations() {
            material.add(&name, &list.bytes);
        }
        if let Some(record) = record {
            material.add("file.ers", record);
        }
        let policy = Policy::named("form").expect("built in");
        let (file, at) = (file.to_vec(), house.clock.now());
        verify::examine("a", &file, &trust, &material, &policy, at).verdict
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_another_unit_renewed_in_time_is_good_when_its_own_unit_has_ended() {
        let house = House::found().await;
        let job = house.waiting(1, Level::LongTerm, blank()).await;
        house.release(&job).await.expect("sealed");
        let bare = house.waiting(2, Level::Basic, blank()).await;
        house.release(&bare).await.expect("sealed");
        let sealed = (&job, None);
        let file = issuance::look::document_file(&house.office, &caller(DEPARTMENT), sealed).await;
        let file = file.expect("kept").bytes;
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("records");

        // Years before the end nothing is due, and nothing is written.
        let early = ran(&house, &records, Way::Own).await.expect("surveyed");
        assert_eq!(
            (early.files, early.without_time_stamp, early.due),
            (1, 1, 0)
        );
        assert_eq!(early.ends.get("unit"), Some(&1));
        assert!(early.unread.is_empty() && !records.exists());

        house.later(Duration::days(1_750)).await;
        let dry = ran(&house, &records, Way::Dry).await.expect("surveyed");
        assert_eq!((dry.due, dry.renewed), (1, 0));
        assert!(!records.exists(), "a dry run leaves nothing");
        // The own unit ends with what it stamped.
        let own = ran(&house, &records, Way::Own).await;
        assert!(matches!(
            own,
            Err(RunError::Renew(RenewError::Short { .. }))
        ));
        let query = folder.path().join("root.tsq");
        let reply = folder.path().join("root.tsr");
        let early = ran(&house, &records, Way::Token(reply.clone())).await;
        assert!(matches!(early, Err(RunError::NothingAsked)));
        let asked = ran(&house, &records, Way::Query(query.clone())).await;
        assert_eq!(asked.expect("asked").renewed, 0);
        let other = other_unit(&house).await;
        // The answer comes a day later, under other lists.
        house.later(Duration::DAY).await;
        fs::write(&reply, answered(&house, &other, &query)).expect("written");
        let done = ran(&house, &records, Way::Token(reply))
            .await
            .expect("renewed");
        assert_eq!((done.due, done.renewed), (1, 1));
        let again = ran(&house, &records, Way::Own).await.expect("surveyed");
        assert_eq!((again.files, again.due), (1, 0), "the record lives on");

        // After the end of the own unit.
        house.later(Duration::days(200)).await;
        let record = Shelf::at(&records).place(&crypto::sha256(&file));
        let record = fs::read(record).expect("beside the file's digest");
        assert_ne!(judged(&house, &file, None), Verdict::Valid);
        assert_eq!(judged(&house, &file, Some(&record)), Verdict::Valid);
    }
}
