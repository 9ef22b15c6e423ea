//! What a signature lets happen later: DocMDP and FieldMDP (ISO 32000-2, 12.8.2).

use syntax::{Dictionary, Object, Reference};

use crate::file::View;
use crate::signature::fault::SignatureFault as Fault;
use crate::tree::text;

/// What may happen after a certification (12.8.2.2, table 257).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// P 1: nothing but validation material and document time-stamps.
    Nothing,
    /// P 2: also filling in forms and signing.
    Signing,
    /// P 3: also annotations.
    Annotating,
    /// The signature certifies nothing.
    Unstated,
}

/// The fields that a signature locks (12.8.2.4, table 259).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    scope: Scope,
    names: Vec<String>,
    permission: Permission,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Include,
    Exclude,
}

impl Lock {
    /// Whether the field of this full name is locked: names match whole parts, so that `a` locks `a.b` and not `ab`.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let named = self.names.iter().any(|locked| {
            name.strip_prefix(locked.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        match self.scope {
            Scope::All => true,
            Scope::Include => named,
            Scope::Exclude => !named,
        }
    }

    /// The permission that the lock tightens to.
    pub(crate) fn permission(&self) -> Permission {
        self.permission
    }
}

/// Reads the transforms of a signature dictionary.
pub(super) fn read(
    view: &View<'_>,
    reference: Reference,
    dictionary: &Dictionary,
) -> Result<(Permission, Option<Lock>), Fault> {
    let mut permission = Permission::Unstated;
    let mut lock = None;
    let references = match view.value(dictionary, b"Reference")? {
        Object::Null => Vec::new(),
        Object::Array(references) => references,
        _ => return Err(Fault::Transform),
    };
    for transform in &references {
        let Object::Dictionary(transform) = view.resolve(transform)? else {
            return Err(Fault::Transform);
        };
        let parameters = view.value(&transform, b"TransformParams")?;
        match view.value(&transform, b"TransformMethod")?.as_name() {
            Some(b"DocMDP") => {
                // 12.8.2.2: at most one.
                if permission != Permission::Unstated {
                    return Err(Fault::Transform);
                }
                let Object::Dictionary(parameters) = parameters else {
                    return Err(Fault::Transform);
                };
                permission = level(view, &parameters)?.unwrap_or(Permission::Signing);
            }
            Some(b"FieldMDP") => {
                if lock.is_some() {
                    return Err(Fault::Transform);
                }
                let Object::Dictionary(parameters) = parameters else {
                    return Err(Fault::Transform);
                };
                lock = Some(locked(view, &parameters)?);
            }
            _ => {}
        }
    }
    // 12.8.6: what the catalog calls the certification must be one.
    if let Object::Dictionary(granted) = view.value(&view.catalog()?, b"Perms")? {
        let certification = granted.value(b"DocMDP").and_then(Object::as_reference);
        if certification == Some(reference) && permission == Permission::Unstated {
            return Err(Fault::Transform);
        }
    }
    Ok((permission, lock))
}

fn level(view: &View<'_>, parameters: &Dictionary) -> Result<Option<Permission>, Fault> {
    match view.value(parameters, b"P")? {
        Object::Null => Ok(None),
        Object::Integer(1) => Ok(Some(Permission::Nothing)),
        Object::Integer(2) => Ok(Some(Permission::Signing)),
        Object::Integer(3) => Ok(Some(Permission::Annotating)),
        _ => Err(Fault::Transform),
    }
}

fn locked(view: &View<'_>, parameters: &Dictionary) -> Result<Lock, Fault> {
    let scope = match view.value(parameters, b"Action")?.as_name() {
        Some(b"All") => Scope::All,
        Some(b"Include") => Scope::Include,
        Some(b"Exclude") => Scope::Exclude,
        _ => return Err(Fault::Transform),
    };
    let mut names = Vec::new();
    match (view.value(parameters, b"Fields")?, scope) {
        (Object::Array(fields), _) => {
            for field in &fields {
                let Object::String(field) = view.resolve(field)? else {
                    return Err(Fault::Transform);
                };
                names.push(text(&field));
            }
        }
        (Object::Null, Scope::All) => {}
        _ => return Err(Fault::Transform),
    }
    let permission = level(view, parameters)?.unwrap_or(Permission::Unstated);
    Ok(Lock {
        scope,
        names,
        permission,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_covers_whole_parts_of_a_name() {
        let lock = |scope| Lock {
            scope,
            names: vec!["addr".to_owned()],
            permission: Permission::Unstated,
        };
        let include = lock(Scope::Include);
        assert!(include.covers("addr") && include.covers("addr.street"));
        assert!(!include.covers("address") && lock(Scope::Exclude).covers("address"));
        assert!(lock(Scope::All).covers("anything"));
    }
}
