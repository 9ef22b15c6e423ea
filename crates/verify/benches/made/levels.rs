//! One page sealed at each level of PAdES, as an office does it: answers and lists are at hand, for they are signed ahead;
//! message, time-stamps and the receipt of the log are made anew, and each signature that is made is checked.

use affix::dss::{Material as Store, append_dss};
use affix::seal::{Fit, Place, prepare_time_stamp};
use crypto::DigestAlgorithm;
use evidence::ocsp::Status;
use time::Duration;
use verify::Material;

use crate::hierarchy::{SEAL, SEALED, certificate, crl, ocsp};
use crate::list::list;
use crate::maker::{Recipe, token_over};

/// Octets kept for a document time-stamp.
const RESERVE: usize = 8_000;

/// What is at hand before a page is sealed.
pub(crate) struct Desk {
    page: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
    lists: Vec<Vec<u8>>,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let at = SEALED + Duration::seconds(3);
        Desk {
            page: Recipe::default().page().bytes,
            certificates: ["ca", "ocsp"]
                .map(|name| certificate(name).der().to_vec())
                .into(),
            answers: [SEAL, "tsa"]
                .map(|name| ocsp(name, Status::Good, at))
                .into(),
            lists: vec![crl("root", at)],
        }
    }

    /// B-B: no token.
    pub(crate) fn basic(&self) -> Vec<u8> {
        self.sealed(&Recipe {
            stamp: None,
            ..Recipe::default()
        })
    }

    /// B-T.
    pub(crate) fn timed(&self) -> Vec<u8> {
        self.sealed(&Recipe::default())
    }

    /// B-LT.
    pub(crate) fn kept(&self) -> Vec<u8> {
        let mut file = self.timed();
        let store = Store {
            certificates: &self.certificates,
            ocsps: &self.answers,
            crls: &self.lists,
        };
        let update = append_dss(&file, &store).expect("the file can be carried on");
        file.extend(update);
        file
    }

    /// B-LTA.
    pub(crate) fn archived(&self) -> Vec<u8> {
        let mut file = self.kept();
        let prepared = prepare_time_stamp(&file, "Archive", RESERVE).expect("prepared");
        let digest = prepared.digest(&file, DigestAlgorithm::Sha256);
        let moment = SEALED + Duration::seconds(4);
        let token = token_over(&digest.expect("it can be read"), moment, "tsa");
        file.extend(prepared.finish(&token).expect("it fits"));
        file
    }

    /// What is given beside a file that carries nothing.
    pub(crate) fn material(&self) -> Material {
        let mut material = list();
        for answer in &self.answers {
            material.add("a.ocsp", answer);
        }
        for list in &self.lists {
            material.add("a.crl", list);
        }
        material
    }

    fn sealed(&self, recipe: &Recipe) -> Vec<u8> {
        let fit = Fit::At([330.0, 150.0, 449.0, 269.0]);
        let place = Place::Field { name: "Seal", fit };
        let update = recipe.seal(&self.page, place);
        [self.page.as_slice(), &update].concat()
    }
}
