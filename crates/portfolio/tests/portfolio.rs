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
    use backoffice::ledger::service;
    use catalogue::key::DepartmentKey;
    use crypto::{
        Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer as _, SoftwareSigner,
        SystemRandom,
    };
    use evidence::tsp::{Accuracy, Request, TokenSerial, Unit};
    use issuance::ServiceKey;
    use issuance::{Clock as _, Level};
    use pki::certificate::{Certificate, Validity};
    use pki::crl::{Reason, Revoked};
    use pki::profile::{Issuer, Profile};
    use portfolio::{RenewError, Report, RunError, Shelf, Way, found, round, run};
    use registry::trace::Entry;
    use time::Duration;
    use verify::{Material, Policy, Trust, Verdict};

    use crate::house::{House, caller};
    use crate::stage::{DEPARTMENT, blank};

    const MARGIN: Duration = Duration::days(90);

    /// A unit from outside: its own key, a certificate that lives so long from now.
    async fn other_unit(house: &House, life: Duration) -> (SoftwareSigner, Unit) {
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
                last: from + life,
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
        let policy = Policy::named("form").expect("built in");
        judged_by(house, file, (record, &policy))
    }

    fn judged_by(
        house: &House,
        file: &[u8],
        (record, policy): (Option<&[u8]>, &Policy),
    ) -> Verdict {
        let bundle = house.office.trust_bundle().expect("unlocked");
        let trust = Trust::parse(bundle.as_bytes()).expect("our own");
        let mut material = Material::empty();
        for (name, list) in house.office.lists().held_revocations() {
            material.add(&name, &list.bytes);
        }
        if let Some(record) = record {
            material.add("file.ers", record);
        }
        let (file, at) = (file.to_vec(), house.clock.now());
        verify::examine("a", &file, &trust, &material, policy, at).verdict
    }

    /// A file of the department, sealed today.
    async fn sealed(house: &House, number: u32) -> Vec<u8> {
        let job = house.waiting(number, Level::LongTerm, blank()).await;
        house.release(&job).await.expect("sealed");
        let (sealed, asker) = ((&job, None), caller(DEPARTMENT));
        let file = issuance::look::document_file(&house.office, &asker, sealed).await;
        file.expect("kept").bytes
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_another_unit_renewed_in_time_is_good_when_its_own_unit_has_ended() {
        let house = House::found().await;
        let file = sealed(&house, 1).await;
        let bare = house.waiting(2, Level::Basic, blank()).await;
        house.release(&bare).await.expect("sealed");
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("records");

        // Years before the end nothing is due, and nothing is written.
        let early = ran(&house, &records, Way::Own).await.expect("surveyed");
        let (found, unread) = (&early.found, &early.unread_first);
        assert_eq!(
            (found.files, found.without_time_stamp, found.due),
            (1, 1, 0)
        );
        assert_eq!(found.ends.get("unit"), Some(&1));
        assert!(unread.is_empty() && !records.exists());

        house.later(Duration::days(1_750)).await;
        let dry = ran(&house, &records, Way::Dry).await.expect("surveyed");
        assert_eq!((dry.found.due, dry.renewed), (1, 0));
        assert!(!records.exists(), "a dry run leaves nothing");
        let query = folder.path().join("root.tsq");
        let reply = folder.path().join("root.tsr");
        let early = ran(&house, &records, Way::Token(reply.clone())).await;
        assert!(matches!(early, Err(RunError::NothingAsked)));
        let asked = ran(&house, &records, Way::Query(query.clone())).await;
        assert_eq!(asked.expect("asked").renewed, 0);
        // One that ends before what it would renew.
        let short = other_unit(&house, Duration::days(30)).await;
        fs::write(&reply, answered(&house, &short, &query)).expect("written");
        let short = ran(&house, &records, Way::Token(reply.clone())).await;
        let short = matches!(short, Err(RunError::Renew(RenewError::Short { .. })));
        assert!(short, "it renews nothing");
        let other = other_unit(&house, Duration::days(1_800)).await;
        // The answer comes a day later, under other lists.
        house.later(Duration::DAY).await;
        fs::write(&reply, answered(&house, &other, &query)).expect("written");
        let done = ran(&house, &records, Way::Token(reply))
            .await
            .expect("renewed");
        assert_eq!(done.renewed, 1);
        let again = ran(&house, &records, Way::Dry).await.expect("surveyed");
        let found = (again.found.files, again.found.due, again.found.alone);
        assert_eq!(found, (1, 0, 0), "the record lives on");

        // After the end of the own unit.
        house.later(Duration::days(200)).await;
        let record = Shelf::at(&records).place(&crypto::sha256(&file));
        let record = fs::read(record).expect("beside the file's digest");
        assert_ne!(judged(&house, &file, None), Verdict::Valid);
        assert_eq!(judged(&house, &file, Some(&record)), Verdict::Valid);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn upkeep_renews_in_time_and_the_record_is_proof_with_nothing_else_at_hand_for_years() {
        let house = House::found().await;
        let first = house.office.trust_bundle().expect("unlocked");
        let first = Trust::parse(first.as_bytes()).expect("our own");
        let file = sealed(&house, 1).await;
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("records");
        // Lists are older than what is stamped by them.
        let upkeep = async || {
            house.clock.clock.put(house.clock.now() + Duration::HOUR);
            let done = round(&house.office, (&records, MARGIN)).await;
            done.expect("a round")
        };
        let kept = || fs::read(Shelf::at(&records).place(&crypto::sha256(&file)));

        // One process goes over the files, once a week.
        let early = upkeep().await.expect("its turn");
        assert_eq!((early.found.files, early.renewed), (1, 0));
        assert!(upkeep().await.is_none(), "nobody's turn");
        assert!(kept().is_err());
        house.later(Duration::days(1_710)).await;
        let begun = upkeep().await.expect("its turn");
        assert_eq!((begun.renewed, begun.seconded, begun.completed), (1, 0, 0));
        assert_eq!((begun.found.due, begun.short), (0, None));
        let steps = [(0, 1, 0), (0, 0, 1), (0, 0, 0)];
        let mut records = vec![kept().expect("begun")];
        for expected in steps {
            house.later(Duration::WEEK).await;
            let done = upkeep().await.expect("its turn");
            assert_eq!((done.renewed, done.seconded, done.completed), expected);
            records.push(kept().expect("kept"));
        }
        assert_eq!(records[2], records[3], "nothing is wanting any more");
        let department = DepartmentKey::parse(DEPARTMENT).expect("a name");
        let told = found(&house.office, Some(&department))
            .await
            .expect("a store");
        let told = told.expect("it has files");
        let standing = &told.standing;
        assert_eq!(
            (standing.files, standing.records, standing.alone),
            (1, 1, 1)
        );
        let now = house.clock.now();
        assert!(told.holds(now) && !told.holds(now + Duration::days(15)));
        assert!(told.first_end().expect("an end") > now + Duration::days(1_400));
        let whole = found(&house.office, None).await.expect("a store");
        assert_eq!(whole, Some(told));
        let acts = house.office.registry().trace().entries(&service(), 0).await;
        let renews = |entry: &&Entry| entry.deed == "renew";
        assert_eq!(acts.expect("a store").iter().filter(renews).count(), 5);

        // Two years after the end of the unit, by the bundle of the first day and the record, and by no list of later.
        let at = now + Duration::days(800);
        let alone = |record: &[u8]| {
            let mut material = Material::empty();
            material.add("file.ers", record);
            let policy = Policy::default();
            let report = verify::examine("a", &file, &first, &material, &policy, at);
            report.signatures.first().expect("a seal").verdict
        };
        let verdicts: Vec<Verdict> = records[..3].iter().map(|one| alone(one)).collect();
        let open = Verdict::Indeterminate;
        assert_eq!(
            verdicts,
            [open, open, Verdict::Valid],
            "each step is needed"
        );
    }

    /// What is said of a file of the first day that another unit covered on day 100, where the key of the office's own unit is
    /// compromised since this day: by file alone, and with its record.
    async fn compromised_since(day: i64) -> [Verdict; 2] {
        let house = House::found().await;
        let founded = house.clock.now();
        let file = sealed(&house, 1).await;
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("records");
        let place = |name: &str| folder.path().join(name);
        let (query, reply) = (place("root.tsq"), place("root.tsr"));
        house.later(Duration::days(100)).await;
        let other = other_unit(&house, Duration::days(1_800)).await;
        let whole = async |way| run(&house.office, (&records, Duration::days(3_650)), &way).await;
        whole(Way::Query(query.clone())).await.expect("asked");
        fs::write(&reply, answered(&house, &other, &query)).expect("written");
        assert_eq!(whole(Way::Token(reply)).await.expect("renewed").renewed, 1);
        house.later(Duration::days(100)).await;
        let unit = house.office.hierarchy().time_stamps.current();
        let told = Revoked {
            serial: *unit.serial(),
            since: issuance::answers::whole(house.clock.now()),
            reason: Reason::KeyCompromise,
            invalid_since: Some(issuance::answers::whole(founded + Duration::days(day))),
        };
        let certificates = house.office.registry.certificates();
        let by = ServiceKey::Authority.id();
        certificates.revoke(&by, told, None).await.expect("revoked");
        house.later(Duration::DAY).await;
        let record = fs::read(Shelf::at(&records).place(&crypto::sha256(&file))).expect("kept");
        let policy = Policy::default();
        [None, Some(record.as_slice())].map(|record| judged_by(&house, &file, (record, &policy)))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_record_by_another_unit_proves_what_was_stamped_before_the_own_key_was_compromised() {
        let [alone, covered] = compromised_since(150).await;
        assert_ne!(alone, Verdict::Valid, "whoever has the key writes any time");
        assert_eq!(
            covered,
            Verdict::Valid,
            "it was there before the key was copied"
        );
        let [alone, covered] = compromised_since(50).await;
        assert_ne!(alone, Verdict::Valid);
        assert_ne!(covered, Verdict::Valid, "nothing shows that it is older");
    }
}
