//! DER changed along its elements, lengths kept right or made wrong on purpose.

use crate::fuzz::dice::Dice;

const DEEPEST: usize = 40;

#[derive(Debug, Clone)]
struct Node {
    tag: u8,
    inside: Inside,
}

#[derive(Debug, Clone)]
enum Inside {
    Octets(Vec<u8>),
    /// Elements, and what stands before them: the count of unused bits of a BIT STRING.
    Nodes(Vec<u8>, Vec<Node>),
}

/// A changed copy, if `from` can be read as elements.
#[must_use]
pub fn mutate(dice: &mut Dice, from: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    if dice.once_in(4) {
        return wrong_length(dice, from);
    }
    let mut nodes = read(from, 0)?;
    let path = pick(dice, &nodes)?;
    let lent = read(other, 0).and_then(|nodes| {
        let path = pick(dice, &nodes)?;
        let (last, parents) = path.split_last()?;
        level(&nodes, parents)?.get(*last).cloned()
    });
    let (last, parents) = path.split_last()?;
    change(dice, level_mut(&mut nodes, parents)?, *last, lent)?;
    let mut out = Vec::new();
    write(&nodes, &mut out);
    Some(out)
}

fn change(dice: &mut Dice, level: &mut Vec<Node>, at: usize, lent: Option<Node>) -> Option<()> {
    match dice.below(9) {
        0 => {
            level.remove(at);
        }
        1 => {
            let again = level.get(at)?.clone();
            let times = if dice.once_in(6) { dice.below(1500) } else { 1 };
            level.splice(at..at, std::iter::repeat_n(again, times));
        }
        2 => {
            let to = dice.below(level.len());
            level.swap(at, to);
        }
        3 => *level.get_mut(at)? = lent?,
        4 => level.insert(at, lent?),
        5 => level.get_mut(at)?.tag ^= 1 << dice.below(8),
        6 => {
            const TAGS: &[u8] = &[
                0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30,
                0x31, 0x80, 0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3,
            ];
            level.get_mut(at)?.tag = *dice.one(TAGS)?;
        }
        7 => {
            // Wrapped again and again: nesting is counted, not trusted.
            let depth = if dice.once_in(6) { 200 } else { 1 };
            let tag = *dice.one(&[0x30, 0x31, 0xa0, 0x24])?;
            for _ in 0..depth {
                let inner = level.get(at)?.clone();
                *level.get_mut(at)? = Node {
                    tag,
                    inside: Inside::Nodes(Vec::new(), vec![inner]),
                };
            }
        }
        _ => match &mut level.get_mut(at)?.inside {
            Inside::Octets(octets) => {
                *octets = super::octets::mutate(dice, std::mem::take(octets), b"\0\x80\xff2030");
            }
            Inside::Nodes(_, nodes) => nodes.clear(),
        },
    }
    Some(())
}

/// Length octets changed and nothing else: every length around it is wrong then.
fn wrong_length(dice: &mut Dice, from: &[u8]) -> Option<Vec<u8>> {
    let mut heads = Vec::new();
    find_heads(from, 0, 0, &mut heads);
    let at = *dice.one(&heads)? + 1;
    let mut out = from.to_vec();
    let first = *out.get(at)?;
    match dice.below(4) {
        0 => *out.get_mut(at)? = first.wrapping_add(1),
        1 => *out.get_mut(at)? = *dice.one(&[0, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xfe, 0xff])?,
        2 if first < 0x80 => {
            out.splice(at..=at, [0x81, first]);
        }
        _ => {
            out.splice(at..=at, [0x84, 0xff, 0xff, 0xff, dice.octet()]);
        }
    }
    Some(out)
}

fn find_heads(octets: &[u8], start: usize, depth: usize, into: &mut Vec<usize>) {
    let mut at = 0;
    while let Some((_, head, length)) = octets.get(at..).and_then(header) {
        into.push(start + at);
        let content = octets
            .get(at + head..at + head + length)
            .unwrap_or_default();
        if depth < DEEPEST && octets.get(at).is_some_and(|tag| tag & 0x20 != 0) {
            find_heads(content, start + at + head, depth + 1, into);
        }
        at += head + length;
    }
}

/// Tag, octets of the header, octets of the content.
fn header(octets: &[u8]) -> Option<(u8, usize, usize)> {
    let tag = *octets.first()?;
    let first = usize::from(*octets.get(1)?);
    let (head, length) = if first < 0x80 {
        (2, first)
    } else {
        let count = first & 0x7f;
        if count == 0 || count > 4 {
            return None;
        }
        let length = octets
            .get(2..2 + count)?
            .iter()
            .fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet));
        (2 + count, length)
    };
    (tag & 0x1f != 0x1f && head + length <= octets.len()).then_some((tag, head, length))
}

fn read(mut octets: &[u8], depth: usize) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while !octets.is_empty() {
        let (tag, head, length) = header(octets)?;
        let (content, rest) = octets.get(head..)?.split_at_checked(length)?;
        nodes.push(Node {
            tag,
            inside: inside(tag, content, depth),
        });
        octets = rest;
    }
    Some(nodes)
}

fn inside(tag: u8, content: &[u8], depth: usize) -> Inside {
    let (before, elements) = match tag {
        0x03 => content.split_at_checked(1).unwrap_or_default(),
        0x04 => (&[][..], content),
        _ if tag & 0x20 != 0 => (&[][..], content),
        _ => (&[][..], &[][..]),
    };
    let readable = depth < DEEPEST && elements.len() > 1;
    match readable.then(|| read(elements, depth + 1)).flatten() {
        Some(nodes) => Inside::Nodes(before.to_vec(), nodes),
        None => Inside::Octets(content.to_vec()),
    }
}

fn write(nodes: &[Node], out: &mut Vec<u8>) {
    for node in nodes {
        let content = match &node.inside {
            Inside::Octets(octets) => octets.clone(),
            Inside::Nodes(before, nodes) => {
                let mut content = before.clone();
                write(nodes, &mut content);
                content
            }
        };
        out.push(node.tag);
        match u8::try_from(content.len()) {
            Ok(short) if short < 0x80 => out.push(short),
            _ => {
                let octets = content.len().to_be_bytes();
                let first = octets.iter().position(|octet| *octet != 0).unwrap_or(0);
                let length = octets.get(first..).unwrap_or_default();
                out.push(0x80 | u8::try_from(length.len()).unwrap_or(8));
                out.extend_from_slice(length);
            }
        }
        out.extend_from_slice(&content);
    }
}

/// The way to any element, each as likely as the others.
fn pick(dice: &mut Dice, nodes: &[Node]) -> Option<Vec<usize>> {
    let mut ways = Vec::new();
    collect(nodes, &mut Vec::new(), &mut ways);
    dice.one(&ways).cloned()
}

fn collect(nodes: &[Node], way: &mut Vec<usize>, ways: &mut Vec<Vec<usize>>) {
    for (at, node) in nodes.iter().enumerate() {
        way.push(at);
        ways.push(way.clone());
        if let Inside::Nodes(_, inner) = &node.inside {
            collect(inner, way, ways);
        }
        way.pop();
    }
}

fn level<'n>(nodes: &'n [Node], way: &[usize]) -> Option<&'n [Node]> {
    let Some((first, rest)) = way.split_first() else {
        return Some(nodes);
    };
    match &nodes.get(*first)?.inside {
        Inside::Nodes(_, inner) => level(inner, rest),
        Inside::Octets(_) => None,
    }
}

fn level_mut<'n>(nodes: &'n mut Vec<Node>, way: &[usize]) -> Option<&'n mut Vec<Node>> {
    let Some((first, rest)) = way.split_first() else {
        return Some(nodes);
    };
    match &mut nodes.get_mut(*first)?.inside {
        Inside::Nodes(_, inner) => level_mut(inner, rest),
        Inside::Octets(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_written_as_they_were_read() {
        let der = [
            0x30, 0x0c, 0x03, 0x04, 0x00, 0x02, 0x01, 0x05, 0x04, 0x04, 0x30, 0x02, 0x05, 0x00,
        ];
        let nodes = read(&der, 0).expect("elements");
        let mut out = Vec::new();
        write(&nodes, &mut out);
        assert_eq!(out, der);
        let mut ways = Vec::new();
        collect(&nodes, &mut Vec::new(), &mut ways);
        assert_eq!(ways.len(), 6, "inside strings too");
    }
}
