//! A record in parts, each of which can be bent.

use asn1::{Tag, write};
use crypto::{Digest, DigestAlgorithm};
use pki::algorithm::digest_identifier;
use time::UtcDateTime;

use crate::maker::{digest, token};

/// An evidence record as it stands in its octets.
#[derive(Clone)]
pub(crate) struct Bent {
    pub(crate) version: u64,
    pub(crate) algorithms: Vec<DigestAlgorithm>,
    pub(crate) infos: Vec<u8>,
    pub(crate) encryption: Vec<u8>,
    pub(crate) chains: Vec<Vec<BentStamp>>,
}

#[derive(Clone)]
pub(crate) struct BentStamp {
    pub(crate) algorithm: Option<DigestAlgorithm>,
    pub(crate) lists: Option<Vec<Vec<Vec<u8>>>>,
    pub(crate) token: Vec<u8>,
}

/// The hash of a list, in ascending order; of one value that value.
pub(crate) fn node(algorithm: DigestAlgorithm, list: &[Vec<u8>]) -> Vec<u8> {
    let mut list = list.to_vec();
    list.sort();
    match list.as_slice() {
        [alone] => alone.clone(),
        _ => Digest::of(algorithm, &list.concat()).bytes().to_vec(),
    }
}

impl BentStamp {
    /// A time-stamp at `moment` over the root of `lists`, which is computed anew.
    pub(crate) fn over(
        algorithm: DigestAlgorithm,
        lists: Vec<Vec<Vec<u8>>>,
        moment: UtcDateTime,
    ) -> Self {
        let mut root: Vec<Vec<u8>> = Vec::new();
        for list in &lists {
            let whole = [list.clone(), root].concat();
            root = vec![node(algorithm, &whole)];
        }
        let root = Digest::from_bytes(algorithm, &root[0]).expect("a digest");
        Self {
            algorithm: Some(algorithm),
            lists: Some(lists),
            token: token(&root, moment),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let algorithm = self.algorithm.map(|algorithm| {
            let mut implicit = digest_identifier(algorithm);
            implicit[0] = Tag::context(0).0;
            implicit
        });
        let list = |list: &Vec<Vec<u8>>| {
            write::sequence(list.iter().map(|hash| write::octet_string(hash)))
        };
        let lists = self.lists.as_ref();
        let lists = lists.map(|lists| write::context(2, lists.iter().map(list)));
        write::sequence([
            algorithm.unwrap_or_default(),
            lists.unwrap_or_default(),
            self.token.clone(),
        ])
    }
}

impl Bent {
    /// A record over document 0 beside document 1, renewed once in its chain and once by a stronger digest.
    pub(crate) fn whole(moments: [UtcDateTime; 3]) -> Self {
        use DigestAlgorithm::{Sha256, Sha512};
        let value = |algorithm, number| digest(algorithm, number).bytes().to_vec();
        let first = BentStamp::over(
            Sha256,
            vec![vec![value(Sha256, 0)], vec![value(Sha256, 1)]],
            moments[0],
        );
        let before = Digest::of(Sha256, &first.token).bytes().to_vec();
        let second = BentStamp::over(Sha256, vec![vec![before, value(Sha256, 9)]], moments[1]);
        let mut whole = Self {
            version: 1,
            algorithms: vec![Sha256, Sha512],
            infos: Vec::new(),
            encryption: Vec::new(),
            chains: vec![vec![first, second]],
        };
        let older = Digest::of(Sha512, &whole.encode_chains());
        let joined = [digest(Sha512, 0).bytes(), older.bytes()].concat();
        let joined = Digest::of(Sha512, &joined).bytes().to_vec();
        let third = BentStamp::over(Sha512, vec![vec![joined]], moments[2]);
        whole.chains.push(vec![third]);
        whole
    }

    fn encode_chains(&self) -> Vec<u8> {
        let chain = |chain: &Vec<BentStamp>| write::sequence(chain.iter().map(BentStamp::encode));
        write::sequence(self.chains.iter().map(chain))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let algorithms = self.algorithms.iter();
        write::sequence([
            write::unsigned(self.version),
            write::sequence(algorithms.map(|one| digest_identifier(*one))),
            self.infos.clone(),
            self.encryption.clone(),
            self.encode_chains(),
        ])
    }
}
