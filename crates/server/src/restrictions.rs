//! Restrictions of holders: brought by the bodies that impose them, lifted by them, shown before a decision (R13).

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use catalogue::key::{MatterCode, TypeKey};
use issuance::Asker;
use issuance::lives::restrictions::{Brought, RestrictionTold};
use licence::restriction::Reach;
use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;

use crate::json::Strict;
use crate::lives_problems::of_restriction;
use crate::problem::{Code, Problem};
use crate::state::App;

/// A holder, by kind and code: never in a link (R17).
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderBody {
    /// `person`, `org` or `project`.
    kind: String,
    /// The code.
    code: String,
}

/// The content of a restriction.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestrictionBody {
    /// Whose.
    holder: HolderBody,
    /// Why, with its legal basis.
    ground: String,
    /// Who imposed it.
    source: String,
    /// `shown_only`, `blocks_grant`, `blocks_commitment` or `blocks_renewal`.
    effect: String,
    /// The keys of the types that the effect reaches.
    #[serde(default)]
    types: Vec<String>,
    /// The codes of the matters that the effect reaches; with neither it reaches every licence.
    #[serde(default)]
    matters: Vec<String>,
    /// The first day, `YYYY-MM-DD`.
    #[serde(with = "crate::day")]
    #[schema(value_type = String)]
    from: Date,
    /// The last day, `YYYY-MM-DD`; absent: until lifted.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    to: Option<Date>,
}

fn reach(types: &[String], matters: &[String]) -> Result<Reach, Problem> {
    let malformed = |what: &'static str| Problem::new(Code::RequestMalformed).saying(what);
    match (types, matters) {
        ([], []) => Ok(Reach::Every),
        (types, []) => {
            let keys: Result<BTreeSet<TypeKey>, _> =
                types.iter().map(|key| TypeKey::parse(key)).collect();
            let keys = keys.map_err(|_| malformed("types holds what is no key of a type"))?;
            Ok(Reach::Types(keys))
        }
        ([], matters) => {
            let codes: Result<BTreeSet<MatterCode>, _> =
                matters.iter().map(|code| MatterCode::parse(code)).collect();
            let codes = codes.map_err(|_| malformed("matters holds what is no code of one"))?;
            Ok(Reach::Matters(codes))
        }
        _ => Err(malformed("an effect reaches types or matters, not both")),
    }
}

/// Records a restriction of a holder under its number. The same one again changes nothing; another one is refused.
#[utoipa::path(put, path = "/v1/restrictions/{number}", tag = "restrictions", request_body = RestrictionBody,
    responses((status = 200, description = "recorded"), (status = 422, description = "not one, or the number is another's")))]
pub(crate) async fn impose(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(number): Path<String>,
    Strict(body): Strict<RestrictionBody>,
) -> Result<Json<RestrictionTold>, Problem> {
    let brought = Brought {
        number,
        reach: reach(&body.types, &body.matters)?,
        holder: (body.holder.kind, body.holder.code),
        ground: body.ground,
        source: body.source,
        effect: body.effect,
        from: body.from,
        to: body.to,
    };
    let imposed = issuance::lives::restrictions::impose(&app.office, &asker, &brought).await;
    imposed.map(Json).map_err(|error| of_restriction(&error))
}

/// Lifts a restriction that the own department brought, from now on.
#[utoipa::path(post, path = "/v1/restrictions/{number}/lift", tag = "restrictions",
    responses((status = 200, description = "lifted; lifting it again changes nothing"), (status = 404, description = "none of the own department")))]
pub(crate) async fn lift(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(number): Path<String>,
) -> Result<Json<RestrictionTold>, Problem> {
    let lifted = issuance::lives::restrictions::lift(&app.office, &asker, &number).await;
    lifted.map(Json).map_err(|error| of_restriction(&error))
}

/// The content of a question about a holder.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingBody {
    /// Whose.
    holder: HolderBody,
    /// The day of the decision, `YYYY-MM-DD`; absent: today.
    #[serde(default, with = "crate::day::maybe")]
    #[schema(value_type = Option<String>)]
    on: Option<Date>,
}

/// What stands against a holder on a day: what an approver is shown before a decision, whose `shown` then names the
/// numbers. The look stands in the trace.
#[utoipa::path(post, path = "/v1/restrictions/standing", tag = "restrictions", request_body = StandingBody,
    responses((status = 200, description = "an array of restrictions"), (status = 422, description = "the holder's code is none")))]
pub(crate) async fn standing(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<StandingBody>,
) -> Result<Json<Vec<RestrictionTold>>, Problem> {
    let holder = (body.holder.kind.as_str(), body.holder.code.as_str());
    let shown = issuance::lives::restrictions::show(&app.office, &asker, holder, body.on).await;
    shown.map(Json).map_err(|error| of_restriction(&error))
}
