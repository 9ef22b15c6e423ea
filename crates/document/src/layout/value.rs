//! Licence data as the page writes them: dates, amounts, lists, codes with their middle hidden.

use serde::Deserialize;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::layout::RenderPage;
use crate::template::{Field, Shape};

/// The data of a licence version, as `licence.json` carries them.
#[derive(Debug, Deserialize)]
pub(crate) struct Licence {
    pub(crate) fields: Map<String, Value>,
    pub(crate) holder: Holder,
    pub(crate) identifier: String,
    pub(crate) issuer: Issuer,
    pub(crate) number: String,
    pub(crate) template: Used,
    pub(crate) validity: Validity,
    pub(crate) version: String,
}

/// The data of a stage document, as `document.json` carries them.
#[derive(Debug, Deserialize)]
pub(crate) struct StageData {
    addressee: String,
    case: String,
    fields: Map<String, Value>,
    issuer: Issuer,
    template: Used,
}

impl From<StageData> for Licence {
    /// What a page asks of its data: a stage document is addressed to its holder, numbered by its case, and has no validity.
    fn from(data: StageData) -> Licence {
        Licence {
            fields: data.fields,
            holder: Holder {
                name: data.addressee,
            },
            identifier: data.case.clone(),
            issuer: data.issuer,
            number: data.case,
            template: data.template,
            validity: Validity {
                from: String::new(),
                to: String::new(),
            },
            version: String::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Holder {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Used {
    pub(crate) key: String,
    pub(crate) version: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Validity {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Licence {
    /// What the page writes for a field; nothing where the data have no value.
    pub(crate) fn written(
        &self,
        field: &Field,
        issued: Date,
    ) -> Result<Option<String>, RenderPage> {
        let text = match field.name.as_str() {
            "@number" => Some(self.number.clone()),
            "@holder" => Some(self.holder.name.clone()),
            "@issuer" => Some(self.issuer.name.clone()),
            "@issued" => Some(date(issued)),
            "@validity" => Some(self.validity.written()?),
            "@until" => Some(until(&self.validity.to)?),
            name => match self.fields.get(name) {
                None | Some(Value::Null) => None,
                Some(value) => Some(written(name, value, field.shape, &field.unit)?),
            },
        };
        Ok(text
            .map(|text| if field.masked { masked(&text) } else { text })
            .filter(|text| !text.is_empty()))
    }
}

impl Validity {
    fn written(&self) -> Result<String, RenderPage> {
        let from = civil("validity", &self.from)?;
        Ok(match self.to.as_str() {
            "长期" => format!("自{}起长期有效", date(from)),
            to => format!("{}至{}", date(from), until(to)?),
        })
    }
}

/// A validity's end: a date, or an event in words as it stands.
fn until(to: &str) -> Result<String, RenderPage> {
    if to.starts_with(|first: char| first.is_ascii_digit()) {
        Ok(date(civil("validity", to)?))
    } else {
        Ok(to.to_owned())
    }
}

/// A JSON value in the words of the page.
pub(crate) fn written(
    name: &str,
    value: &Value,
    shape: Shape,
    unit: &str,
) -> Result<String, RenderPage> {
    let wrong = || RenderPage::WrongShape {
        field: name.to_owned(),
    };
    let plain = match (shape, value) {
        (Shape::Text | Shape::Code, Value::String(text)) => text.clone(),
        (Shape::Text | Shape::Code, Value::Number(number)) => number.to_string(),
        (Shape::Number, Value::Number(number)) => {
            grouped(&number.to_string()).unwrap_or_else(|| number.to_string())
        }
        (Shape::Number, Value::String(text)) => text.clone(),
        (Shape::Money, Value::Number(number)) => grouped(&number.to_string()).ok_or_else(wrong)?,
        (Shape::Money, Value::String(text)) => grouped(text).ok_or_else(wrong)?,
        (Shape::Date, Value::String(text)) => until(text)?,
        (Shape::Moment, Value::String(text)) => moment(text).ok_or_else(wrong)?,
        (Shape::List, Value::Array(entries)) => {
            let texts: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
            texts.ok_or_else(wrong)?.join("；")
        }
        (Shape::List, Value::String(text)) => text.clone(),
        _ => return Err(wrong()),
    };
    Ok(plain + unit)
}

/// `2026年6月10日`.
pub(crate) fn date(date: Date) -> String {
    format!(
        "{}年{}月{}日",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

/// A date of the licence data, `2026-06-10`.
pub(crate) fn civil(field: &str, text: &str) -> Result<Date, RenderPage> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| {
        RenderPage::WrongShape {
            field: field.to_owned(),
        }
    })
}

/// The local time that the value states, in its own offset.
fn moment(text: &str) -> Option<String> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(format!(
        "{}{}时{}分",
        date(moment.date()),
        moment.hour(),
        moment.minute()
    ))
}

/// Digits in groups of three; refuses what is not a plain decimal number.
fn grouped(number: &str) -> Option<String> {
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    Some(text)
}

/// `990102********0245`: the middle of a code as stars (looks 4); short codes keep their last two.
fn masked(code: &str) -> String {
    let count = code.chars().count();
    let (front, back) = if count >= 15 {
        (6, 4)
    } else {
        (count / 4, 2.min(count))
    };
    let hidden = front..count.saturating_sub(back);
    code.chars()
        .enumerate()
        .map(|(place, shown)| if hidden.contains(&place) { '*' } else { shown })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_grouped() {
        let amount = |value| written("price", &value, Shape::Money, "元");
        assert_eq!(amount(json!(86_500_000)).unwrap(), "86,500,000元");
        assert_eq!(amount(json!(500)).unwrap(), "500元");
        assert_eq!(amount(json!(1234.5)).unwrap(), "1,234.5元");
        assert!(amount(json!("1e9")).is_err());
        assert!(amount(json!(-5)).is_err());
    }

    #[test]
    fn numbers_are_grouped_where_they_can_be() {
        let area = |value| written("area", &value, Shape::Number, "平方米");
        assert_eq!(area(json!(21_600.5)).unwrap(), "21,600.5平方米");
        assert_eq!(area(json!("约 3")).unwrap(), "约 3平方米");
        assert_eq!(area(json!(-5)).unwrap(), "-5平方米");
        assert!(area(json!([1])).is_err());
    }

    #[test]
    fn dates_and_moments_are_written_in_chinese() {
        assert_eq!(
            written("d", &json!("2026-06-10"), Shape::Date, "").unwrap(),
            "2026年6月10日"
        );
        let born = written("b", &json!("2026-05-30T04:26:00+08:00"), Shape::Moment, "").unwrap();
        assert_eq!(born, "2026年5月30日4时26分");
        assert!(written("d", &json!("2026-02-30"), Shape::Date, "").is_err());
    }

    #[test]
    fn codes_hide_their_middle() {
        assert_eq!(masked("990102198805210245"), "990102********0245");
        assert_eq!(masked("12345678"), "12****78");
        assert_eq!(masked("7"), "7");
    }
}
