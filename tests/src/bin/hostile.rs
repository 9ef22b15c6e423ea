//! `hostile`: judges files made to cost as much as they can, each in a process of its own, and prints what they cost.

use tests::hostile;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Some(judged) = hostile::asked_to_judge(&words) {
        return judged;
    }
    let program = std::env::current_exe()?;
    println!("| file | MB | processor time, s | memory, MiB | found |");
    println!("| --- | --: | --: | --: | --- |");
    for one in hostile::all() {
        // A part of a name is a wish for those files alone.
        if !words.iter().all(|word| one.name.contains(word)) {
            continue;
        }
        let told = hostile::judge(&program, one)?;
        let (time, found) = match &told.judged {
            Ok((ticks, found)) => (format!("{}.{:02}", ticks / 100, ticks % 100), found.clone()),
            Err(ended) => ("-".to_owned(), format!("ended: {ended:?}")),
        };
        println!(
            "| {} | {}.{} | {time} | {} | {found} |",
            one.name,
            told.octets / 1_000_000,
            told.octets / 100_000 % 10,
            told.peak >> 10
        );
    }
    Ok(())
}
