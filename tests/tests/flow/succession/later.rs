//! A next key that is announced first: what is published names it while the one before goes on; and one whose token is lost.

use issuance::ServiceKey;
use pki::Certificate;
use succession::Step;
use tests::installation::{Installation, NOW};
use tests::module::{Fall, Module};

use super::signed::{by_each, certificate};
use super::{Service, Two, USUAL, bundle, certificates, id, office, runtime};

#[test]
fn a_key_that_is_announced_is_known_before_it_signs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (installation, announced) = runtime().block_on(async {
        let founded = Installation::found(folder.path(), None, NOW).await;
        let installation = founded.expect("founded");
        let office = office(&installation, NOW).await;
        let mut announced = Vec::new();
        for of in USUAL {
            let done = Two::usual().run(&office, of, Step::Certified).await;
            let done = done.expect("announced");
            assert_eq!((done.step, done.former), (Step::Certified, None));
            announced.push((of, done.serial.expect("certified")));
        }
        (installation, announced)
    });
    let next = runtime();
    let (folder, installation, next) = {
        let served = next.block_on(async {
            let service = Service::of(folder, installation, "").await;
            let (signed, _) = by_each(&service, &USUAL, 1).await;
            let trust = bundle(&service).await;
            let now = service.now();
            let mut next = Vec::new();
            for (one, (of, serial)) in signed.iter().zip(&announced) {
                let own = certificate(&service.office, of);
                assert!(one.is_by(&own, now), "{of}: by the key of before");
                assert_ne!(own.serial(), serial, "{of}");
                let found = trust.known().find(|known| known.serial() == serial);
                next.push(Certificate::clone(found.expect("the bundle names it")));
            }
            let (folder, installation) = service.ended();
            (folder, installation, next)
        });
        drop(next);
        served
    };
    runtime().block_on(async {
        let service = {
            let office = office(&installation, NOW).await;
            for of in USUAL {
                let done = Two::usual().run(&office, of, Step::Succeeded).await;
                done.expect("the same words go on");
                assert_eq!(certificates(&office, of).await.len(), 2, "{of}");
            }
            drop(office);
            Service::of(folder, installation, "").await
        };
        for (of, announced) in USUAL.iter().zip(&next) {
            assert_eq!(certificate(&service.office, of), *announced, "{of}");
        }
    });
}

#[test]
fn a_token_that_is_lost_at_any_signature_leaves_an_installation_that_starts_and_is_gone_on_with() {
    let apart = tempfile::tempdir().expect("a folder");
    let module = Module::expected(apart.path(), env!("CARGO_BIN_EXE_kill")).expect("a module");
    let Some(module) = module else {
        return;
    };
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let founded = Installation::found_over(folder.path(), None, module.token(), NOW).await;
        let installation = founded.expect("founded");
        let id = id(ServiceKey::TimeStamps.name());
        let before = office(&installation, NOW).await.keys().public_key(&id);
        let two = Two::usual();
        let mut lost = 0;
        for fall in [Fall::Before, Fall::After] {
            for after in 0.. {
                let opened = office(&installation, NOW).await;
                module.falls(fall, after).expect("told");
                // As far as the key would sign; then it is gone on with from wherever it came.
                let done = two.run(&opened, "tsa", Step::Proven).await;
                let stands = module.stands(fall).expect("told");
                drop(opened);
                let opened = office(&installation, NOW).await;
                assert_eq!(opened.keys().public_key(&id), before);
                if stands {
                    done.expect("nothing was lost");
                    break;
                }
                let refused = done.expect_err("it was lost").code();
                assert!(
                    ["rekey.failed", "rekey.unproven"].contains(&refused),
                    "{refused}"
                );
                lost += 1;
            }
        }
        assert!(lost >= 3, "{lost}");
        let opened = office(&installation, NOW).await;
        let done = two.run(&opened, "tsa", Step::Succeeded).await;
        done.expect("done");
        assert_ne!(opened.keys().public_key(&id), before);
    });
}
