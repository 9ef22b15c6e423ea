//! Renewal windows, and validity until an event.

use catalogue::Rule;
use catalogue::matter::LateRenewal;
use licence::ValidTo;
use licence::life::Ground;
use licence::validity::Validity;
use licence::versions::{DEFAULT_WINDOW, Renewal, RenewalRefused, RenewalWindow};
use time::Date;
use time::macros::date;

use crate::whole::stage::{catalogue, kind};

fn window(key: &str, from: Date, to: &str) -> Result<RenewalWindow, RenewalRefused> {
    let catalogue = catalogue();
    let validity = Validity::new(from, ValidTo::parse(to)).expect("in order");
    RenewalWindow::of(catalogue.licence_type(&kind(key)).expect("type"), &validity)
}

#[test]
fn a_driver_s_qualification_is_renewed_from_90_to_30_days_before_its_end() {
    let window = window("RQUAL", date!(2020 - 07 - 02), "2026-07-01").expect("window");
    assert_eq!(window.opens, date!(2026 - 04 - 02));
    assert_eq!(window.closes, date!(2026 - 06 - 01));
    let on = |asked, late| window.renew((asked, asked), late);
    let first = date!(2026 - 07 - 02);
    let renewal = Renewal {
        ground: Ground::Renewal,
        first,
    };
    let opens = RenewalRefused::TooEarly {
        opens: window.opens,
    };
    for late in [
        LateRenewal::Unstated,
        LateRenewal::Refused,
        LateRenewal::Allowed,
    ] {
        assert_eq!(on(date!(2026 - 04 - 01), late), Err(opens.clone()));
        assert_eq!(on(window.opens, late), Ok(renewal));
        assert_eq!(on(window.closes, late), Ok(renewal));
    }
    // Story 6.2: asked for on 15 June, decided the same day, in force from 2 July.
    let story = date!(2026 - 06 - 15);
    assert_eq!(on(story, LateRenewal::Unstated), Ok(renewal));
    assert_eq!(
        on(story, LateRenewal::Refused),
        Err(RenewalRefused::TooLate {
            closes: window.closes
        })
    );
    // After expiry only where the matter allows it.
    assert_eq!(
        on(first, LateRenewal::Unstated),
        Err(RenewalRefused::TooLate {
            closes: window.last
        })
    );
    let late = date!(2026 - 08 - 15);
    assert_eq!(
        on(late, LateRenewal::Allowed),
        Ok(Renewal {
            ground: Ground::LateRenewal,
            first: late
        })
    );
    // Asked for in time and decided after the end.
    assert_eq!(
        window.renew((window.closes, late), LateRenewal::Refused),
        Ok(Renewal {
            ground: Ground::LateRenewal,
            first: late
        })
    );
    assert_eq!(opens.rule(), Rule::R10);
}

#[test]
fn every_type_is_renewed_or_is_not() {
    let catalogue = catalogue();
    let from = date!(2026 - 06 - 10);
    for entry in catalogue.licence_types() {
        let ends = Validity::new(from, ValidTo::Day(date!(2036 - 06 - 09))).expect("in order");
        let never = Validity::new(from, ValidTo::LongTerm).expect("in order");
        assert_eq!(
            RenewalWindow::of(entry, &never),
            Err(RenewalRefused::NotRenewed),
            "{}",
            entry.key
        );
        let renewed = RenewalWindow::of(entry, &ends);
        let expected = match entry.key.as_str() {
            // Their law gives no window; the default holds since they run out.
            "ID" | "DRIVE" => Some(DEFAULT_WINDOW),
            _ => entry.renewal_window,
        };
        let days = renewed.ok().map(|window| {
            let before = |day: Date| u16::try_from((window.last - day).whole_days());
            (
                before(window.opens).expect("days"),
                before(window.closes).expect("days"),
            )
        });
        assert_eq!(days, expected, "{}", entry.key);
    }
}

#[test]
fn a_licence_until_an_event_ends_on_the_day_of_the_event() {
    let permit =
        Validity::new(date!(2026 - 05 - 08), ValidTo::parse("竣工验收合格")).expect("event");
    let done = permit.happened(date!(2027 - 09 - 30)).expect("happened");
    assert_eq!(done.to(), &ValidTo::Day(date!(2027 - 09 - 30)));
    assert_eq!(permit.happened(date!(2026 - 05 - 07)), None);
    assert_eq!(done.happened(date!(2027 - 10 - 01)), None);
    assert!(window("BUILD", date!(2026 - 05 - 08), "竣工验收合格").is_err());
}
