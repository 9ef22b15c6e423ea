//! Reports over the catalogue in force: what it covers, how two regions differ, what changed.

use axum::Json;
use axum::extract::{Query, State};
use catalogue::key::RegionCode;
use catalogue::matter::Matter;
use catalogue::report::feed::Subject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::problems::of_import;
use crate::state::App;

/// What the catalogue in force covers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageTold {
    /// Matters that are not abolished.
    matters: usize,
    /// Their materials.
    materials: usize,
    /// Materials that applicants hand in.
    to_hand_in: usize,
    /// Materials that are promised instead.
    promised: usize,
    /// Materials that nobody hands in.
    exempt: usize,
    /// Matters whose result has no licence type.
    without_type: Vec<String>,
    /// Licence types that no matter results in.
    without_matter: Vec<String>,
}

/// What the catalogue covers.
#[utoipa::path(get, path = "/v1/catalogue/coverage", tag = "catalogue",
    responses((status = 200, description = "the report", body = CoverageTold)))]
pub(crate) async fn coverage(State(app): State<App>) -> Json<CoverageTold> {
    let coverage = app.office.desk().catalogue.coverage();
    Json(CoverageTold {
        matters: coverage.matters,
        materials: coverage.materials.total(),
        to_hand_in: coverage.materials.to_hand_in,
        promised: coverage.materials.promised,
        exempt: coverage.materials.exempt,
        without_type: coverage
            .without_type
            .iter()
            .map(ToString::to_string)
            .collect(),
        without_matter: coverage
            .without_matter
            .iter()
            .map(ToString::to_string)
            .collect(),
    })
}

/// A document that nobody may ask for any more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CancelledTold {
    /// Its name, as materials call it.
    name: String,
    /// The first day on which nobody may ask for it, `YYYY-MM-DD`.
    cancelled_from: String,
    /// What cancels it.
    legal_basis: String,
}

/// The list of cancelled documents (R14).
#[utoipa::path(get, path = "/v1/catalogue/cancelled-documents", tag = "catalogue",
    responses((status = 200, description = "the list", body = [CancelledTold])))]
pub(crate) async fn cancelled(State(app): State<App>) -> Json<Vec<CancelledTold>> {
    let desk = app.office.desk();
    let documents = desk.catalogue.cancelled_documents();
    let told = documents.map(|document| CancelledTold {
        name: document.name_zh.clone(),
        cancelled_from: document.cancelled_from.to_string(),
        legal_basis: document.legal_basis.clone(),
    });
    Json(told.collect())
}

/// Two regions by their six digits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regions {
    left: String,
    right: String,
}

/// How the matters of two regions differ.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparisonTold {
    /// Matters that only the first has.
    only_left: Vec<Named>,
    /// Matters that only the second has.
    only_right: Vec<Named>,
    /// Matters that both have and handle differently.
    differing: Vec<DifferingTold>,
    /// How many both have and handle alike.
    alike: usize,
}

/// A matter by code and name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    /// Its code.
    code: String,
    /// Its Chinese name.
    name_zh: String,
}

/// One matter in two regions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferingTold {
    /// In the first.
    left: Named,
    /// In the second.
    right: Named,
    /// In what they differ.
    differences: Vec<DifferenceTold>,
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceTold {
    /// In what, such as `promised-days`.
    code: String,
    /// What it is in the first, where words can say it.
    left: String,
    /// What it is in the second.
    right: String,
    /// The material that it is about, if it is about one.
    material: Option<String>,
}

/// How two regions differ, matter by matter of the same kind and name.
#[utoipa::path(get, path = "/v1/catalogue/comparison", tag = "catalogue",
    params(("left" = String, Query, description = "a region, six digits"),
           ("right" = String, Query, description = "another")),
    responses((status = 200, description = "the comparison", body = ComparisonTold), (status = 404, description = "no such region")))]
pub(crate) async fn comparison(
    State(app): State<App>,
    Query(regions): Query<Regions>,
) -> Result<Json<ComparisonTold>, Problem> {
    let desk = app.office.desk();
    let catalogue = &desk.catalogue;
    let region = |text: &str| {
        RegionCode::parse(text)
            .ok()
            .filter(|region| catalogue.region(region).is_some())
            .ok_or(Problem::new(Code::NotFound))
    };
    let (left, right) = (region(&regions.left)?, region(&regions.right)?);
    let comparison = catalogue.compare(&left, &right);
    let all = |matters: &[&Matter]| matters.iter().map(|matter| named(matter)).collect();
    let differing = comparison.differing.iter().map(|one| DifferingTold {
        left: named(one.left),
        right: named(one.right),
        differences: one
            .differences
            .iter()
            .map(|difference| {
                let (left, right, material) = difference.sides();
                DifferenceTold {
                    code: difference.code().to_owned(),
                    left,
                    right,
                    material: material.map(ToOwned::to_owned),
                }
            })
            .collect(),
    });
    Ok(Json(ComparisonTold {
        only_left: all(&comparison.only_left),
        only_right: all(&comparison.only_right),
        differing: differing.collect(),
        alike: comparison.alike,
    }))
}

fn named(matter: &Matter) -> Named {
    Named {
        code: matter.code.to_string(),
        name_zh: matter.name_zh.clone(),
    }
}

/// From which import on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    since: u64,
}

/// One change of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeTold {
    /// What changed: `matter`, `licence-type`, `department`, `seal`, `delegation`, `transfer`,
    /// `power-list`, `calendar`, `cancelled-document`.
    kind: String,
    /// Its key.
    key: String,
    /// The version, of a matter.
    version: Option<u32>,
    /// `added`, `changed`, `removed`, or the new status of a matter.
    turn: String,
}

/// What changed since an earlier import.
#[utoipa::path(get, path = "/v1/catalogue/changes", tag = "catalogue",
    params(("since" = u64, Query, description = "the version that an import answered")),
    responses((status = 200, description = "the changes, by what changed", body = [ChangeTold]), (status = 404, description = "no such import")))]
pub(crate) async fn changes(
    State(app): State<App>,
    Query(asked): Query<Since>,
) -> Result<Json<Vec<ChangeTold>>, Problem> {
    let changes = issuance::import::changes(&app.office, asked.since).await;
    let changes = changes.map_err(|error| of_import(&error))?;
    let changes = changes.ok_or(Problem::new(Code::NotFound))?;
    let told = changes.into_iter().map(|change| {
        let turn = change.turn.code().to_owned();
        match change.subject {
            Subject::Entry(kind, key) => ChangeTold {
                kind: kind.code().to_owned(),
                key,
                version: None,
                turn,
            },
            Subject::Matter(code, version) => ChangeTold {
                kind: "matter".to_owned(),
                key: code.to_string(),
                version: Some(version),
                turn,
            },
        }
    });
    Ok(Json(told.collect()))
}
