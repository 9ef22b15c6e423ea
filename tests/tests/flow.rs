//! The whole service on a fresh folder, spoken to as departments, inspectors and anybody speak to it.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod added;
mod audit;
mod behind;
mod catalogue;
mod compromise;
mod csc;
mod digests;
mod doors;
mod editions;
mod elsewhere;
mod ended;
mod esl;
mod evidence;
mod face;
mod lasting;
mod ledger;
mod licence;
mod limits;
mod lists;
mod matters;
mod national;
mod notices;
mod pads;
mod papers;
mod past;
mod pictures;
mod plain;
mod published;
mod requests;
mod rounds;
mod signatures;
mod stage;
mod succession;
mod together;
mod token;
mod verdicts;
mod witness;
